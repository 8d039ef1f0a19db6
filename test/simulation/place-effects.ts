import type {
  CopyImageCommandInput,
  CopyImageCommandOutput,
  ModifyImageAttributeCommandInput,
} from "@aws-sdk/client-ec2";
import type { PutParameterCommandInput } from "@aws-sdk/client-ssm";
import { ServiceError } from "../memory-aws/account.ts";
import type { Effect } from "./effects.ts";
import type { PlaceChange } from "./invariants/places.ts";
import { landThere, startCopying } from "./place-life.ts";
import type { SimulatedPlace } from "./places.ts";
import type { Simulation } from "./simulation.ts";

/** What a call changes in a place; undefined if it only reads. */
export function changeThere(
  s: Simulation,
  place: SimulatedPlace,
  operation: string,
  input: object,
): (Effect & { kind: "place" }) | undefined {
  switch (operation) {
    case "PutParameter":
      return writeOf(s, place, input as PutParameterCommandInput);
    case "CopyImage":
      return copyOf(s, place, input as CopyImageCommandInput);
    case "DisableImage":
    case "EnableImage":
    case "DeregisterImage":
      return stateOf(s, place, operation, (input as { ImageId: string }).ImageId);
  }
  if (/^(Describe|Get)/.test(operation)) return undefined;
  throw new Error(`nobody calls ${operation} in a place`);
}

/** What home's account gives other accounts, or takes back. */
export function sharingOf(
  s: Simulation,
  operation: string,
  { ImageId = "", LaunchPermission }: ModifyImageAttributeCommandInput,
): Effect | undefined {
  if (operation !== "ModifyImageAttribute") return undefined;
  const { Add = [], Remove = [] } = LaunchPermission ?? {};
  const account = [...Add, ...Remove][0]?.UserId ?? "";
  const has = s.account.launchPermissions.get(ImageId)?.has(account);
  const after = () => {
    if (Add.length === 0 || has) return;
    for (const place of s.places.values()) if (place.account.id === account) place.ready.set(ImageId, s.now());
  };
  return { kind: "sharing", change: Add.length > 0 ? "give" : "take", image: ImageId, account, after };
}

type Change = Effect & { kind: "place" } & PlaceChange;

function writeOf(s: Simulation, place: SimulatedPlace, input: PutParameterCommandInput): Change {
  const { Name: parameter = "", Value: image = "", Overwrite } = input;
  const carryOut = () => {
    const before = place.account.parameters.get(parameter);
    if (before && !Overwrite) throw new ServiceError("ParameterAlreadyExists", "The parameter already exists.");
    landThere(s, place, input);
    return { Version: (before?.Version ?? 0) + 1, Tier: "Standard" };
  };
  return { kind: "place", place, change: "PutParameter", image, parameter, carryOut };
}

function copyOf(
  s: Simulation,
  place: SimulatedPlace,
  { ClientToken = "", SourceImageId = "" }: CopyImageCommandInput,
): Change {
  const isRepeated = place.account.copies.has(ClientToken);
  const after = (answer: object) => {
    const { ImageId = "" } = answer as CopyImageCommandOutput;
    if (place.copies.has(ImageId)) return;
    place.copies.set(ImageId, SourceImageId);
    startCopying(s, place, ImageId);
  };
  return { kind: "place", place, change: "CopyImage", image: SourceImageId, isRepeated, after };
}

function stateOf(
  s: Simulation,
  place: SimulatedPlace,
  change: "DisableImage" | "EnableImage" | "DeregisterImage",
  image: string,
): Change {
  const after = () => {
    if (change === "DeregisterImage") return;
    const state = change === "DisableImage" ? "disabled" : "available";
    place.states.set(image, { at: s.now(), state, by: "service" });
    if (state === "available") place.ready.set(image, s.now());
  };
  return { kind: "place", place, change, image, after };
}
