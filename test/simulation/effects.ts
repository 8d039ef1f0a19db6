import type { StartBuildCommandInput, StartBuildCommandOutput } from "@aws-sdk/client-codebuild";
import type { ModifyImageAttributeCommandInput, Tag } from "@aws-sdk/client-ec2";
import type { PublishCommandInput } from "@aws-sdk/client-sns";
import type { SendMessageCommandInput } from "@aws-sdk/client-sqs";
import type { PutParameterCommandInput } from "@aws-sdk/client-ssm";
import type { ChannelName } from "../../functions/config/channel-names.ts";
import { second } from "../../functions/config/time.ts";
import type { Notification } from "../../functions/domain/notifications/due.ts";
import { ServiceError } from "../memory-aws/account.ts";
import { startLife } from "./build-life.ts";
import { landWrite } from "./channels.ts";
import type { ServiceName } from "./clients.ts";
import { answerLater } from "./fast-launch.ts";
import { fleetChangeOf } from "./fleet-effects.ts";
import { notePauses, noteRevocations } from "./interventions.ts";
import type { FleetChange } from "./invariants/fleets.ts";
import type { PlaceChange } from "./invariants/places.ts";
import { revokeByHand } from "./people.ts";
import { sharingOf } from "./place-effects.ts";
import type { Simulation } from "./simulation.ts";
import { triggerAfter } from "./triggers.ts";
import { upstreamEvents } from "./upstream.ts";

/** A call that changes something, in the words of the service. */
export type Effect = (
  | { kind: "write"; variant: string; channel: ChannelName; image: string }
  | { kind: "start"; variables: Readonly<Record<string, string>>; token: string }
  | { kind: "image"; change: ImageChange; image: string }
  | { kind: "fast-launch"; change: FastLaunchChange; image: string }
  | { kind: "sweep"; resource: string }
  | ({ kind: "fleet" } & FleetChange)
  | ({ kind: "place" } & PlaceChange)
  | { kind: "sharing"; change: "give" | "take"; image: string; account: string }
  | { kind: "tell"; notification: Notification }
  | { kind: "other"; what: string }
) & {
  /** Instead of what the account would do at once. */
  carryOut?: () => object;
  after?: (answer: object) => void;
};

export const imageChanges = [
  "DisableImage",
  "EnableImage",
  "DeregisterImage",
  "EnableImageDeprecation",
  "DisableImageDeprecation",
] as const;
export type ImageChange = (typeof imageChanges)[number];

export type FastLaunchChange = "EnableFastLaunch" | "DisableFastLaunch";

const sweeps = ["TerminateInstances", "DeleteVolume", "DeleteKeyPair", "DeleteSecurityGroup", "DeleteSnapshot"];

/** What a call changes; undefined if it only reads. */
export function effectOf(s: Simulation, service: ServiceName, operation: string, input: object): Effect | undefined {
  const ofFleet = fleetChangeOf(s, operation, input);
  if (ofFleet) return ofFleet;
  const sharing = sharingOf(s, operation, input as ModifyImageAttributeCommandInput);
  if (sharing) return sharing;
  switch (operation) {
    case "PutParameter":
      return writeOf(s, input as PutParameterCommandInput);
    case "StartBuild":
      return startOf(s, input as StartBuildCommandInput);
    case "Publish":
      return { kind: "tell", notification: notificationIn(input as PublishCommandInput) };
    case "SendMessage": {
      const { MessageBody = "", DelaySeconds = 0 } = input as SendMessageCommandInput;
      const after = () => triggerAfter(s, DelaySeconds * second, MessageBody);
      return { kind: "other", what: "SendMessage", after };
    }
  }
  const change = imageChanges.find((one) => one === operation);
  if (change) return imageChangeOf(s, change, input as { ImageId: string });
  if (operation === "EnableFastLaunch" || operation === "DisableFastLaunch")
    return fastLaunchOf(s, operation, input as { ImageId: string });
  if (sweeps.includes(operation)) return { kind: "sweep", resource: resourceIn(input) };
  if (!/^(Put|Create|Delete|Modify)/.test(operation)) return undefined;
  const image = imageIn(input as ImageInput);
  const after = () => {
    if (image !== undefined) noteRevocations(s, image);
    meetBadMoment(s, input as ImageInput & { Tags?: Tag[] });
    if (/\/(pauses|holds)\//.test((input as ImageInput).Key ?? "")) notePauses(s);
  };
  return { kind: "other", what: `${service} ${operation} ${JSON.stringify(input)}`, after };
}

/** Between the tag that announces a write and the write, somebody revokes the image. */
function meetBadMoment(s: Simulation, { Resources: [image] = [], Tags = [] }: ImageInput & { Tags?: Tag[] }): void {
  const run = s.run();
  const isAnnounced = Tags.some(({ Key = "" }) => Key.includes(":published-"));
  if (s.isQuiet || !image || !run || !isAnnounced || !s.random.named(`${run.name} ${run.calls}`).chance(0.05)) return;
  s.ambush = { call: run.calls + 1, happen: () => revokeByHand(s, image) };
}

/** Of calls that may revoke an image. */
type ImageInput = Partial<{ Resources: string[]; Key: string }>;

function imageIn({ Resources = [], Key = "" }: ImageInput): string | undefined {
  return Resources[0] ?? /^records\/(?:un)?revocations\/([^/]+)\//.exec(Key)?.[1];
}

function writeOf(s: Simulation, input: PutParameterCommandInput): Effect {
  const { Name = "", Value = "", Overwrite } = input;
  const prefix = `${s.environment.CHANNELS_PREFIX}/`;
  if (!Name.startsWith(prefix)) return { kind: "other", what: `PutParameter ${Name}` };
  const [variant = "", channel = ""] = Name.slice(prefix.length).split("/");
  const carryOut = () => {
    const before = s.account.parameters.get(Name);
    if (before && !Overwrite) throw new ServiceError("ParameterAlreadyExists", "The parameter already exists.");
    landWrite(s, input);
    return { Version: (before?.Version ?? 0) + 1, Tier: "Standard" };
  };
  return { kind: "write", variant, channel: channel as ChannelName, image: Value, carryOut };
}

function startOf(
  s: Simulation,
  { idempotencyToken = "", environmentVariablesOverride = [] }: StartBuildCommandInput,
): Effect {
  const variables = Object.fromEntries(environmentVariablesOverride.map(({ name = "", value = "" }) => [name, value]));
  const after = (answer: object) => {
    const { build } = answer as StartBuildCommandOutput;
    if (!build?.id || s.ledger.builds.some(({ id }) => id === build.id)) return;
    startLife(s, build.id, variables);
    // While CodeBuild does not list the build yet.
    const random = s.random.named(`after ${build.id}`);
    if (s.isQuiet || !random.chance(0.3)) return;
    if (random.chance(0.3)) s.after(1, `patch after ${build.id}`, () => upstreamEvents["new patch"](s));
    triggerAfter(s, random.between(second, 50 * second), "again");
  };
  return { kind: "start", variables, token: idempotencyToken, after };
}

function imageChangeOf(s: Simulation, change: ImageChange, { ImageId }: { ImageId: string }): Effect {
  const after = () => {
    if (change === "DisableImage" || change === "EnableImage")
      s.ledger.states.set(ImageId, {
        at: s.now(),
        state: change === "DisableImage" ? "disabled" : "available",
        by: "service",
      });
  };
  return { kind: "image", change, image: ImageId, after };
}

function fastLaunchOf(s: Simulation, change: FastLaunchChange, { ImageId }: { ImageId: string }): Effect {
  const after = () => {
    if (change === "EnableFastLaunch" && !s.ledger.fastLaunched.has(ImageId))
      s.ledger.fastLaunched.set(ImageId, { by: "service", since: s.now() });
    answerLater(s, change, ImageId);
  };
  return { kind: "fast-launch", change, image: ImageId, after };
}

function notificationIn({ Message = "" }: PublishCommandInput): Notification {
  return JSON.parse((JSON.parse(Message) as { sqs: string }).sqs) as Notification;
}

function resourceIn(input: object): string {
  const [value] = Object.values(input) as (string | string[])[];
  return `${[value].flat()[0]}`;
}
