import { channelNames } from "../../functions/config/channel-names.ts";
import type { ConfigurationInput } from "../../functions/config/configuration.ts";
import { second } from "../../functions/config/time.ts";
import { moveFastLaunch } from "../memory-aws/fast-launch.ts";
import type { Random } from "../random.ts";
import { minute } from "../world.ts";
import type { Simulation } from "./simulation.ts";
import { triggerAfter } from "./triggers.ts";

/** What EC2 says of failures, one of each kind that the service tells apart. */
export const reasons = [
  "InternalError: Fast Launch could not make a snapshot",
  "LimitExceeded: the quota of parallel launches is reached",
  "UnauthorizedOperation: you are not authorized to perform this operation",
  "InvalidLaunchTemplate: the subnet does not exist",
];

/** The policy of some histories, which seeds of others do not notice. */
export function firstFastLaunch(
  random: Random,
  seed: number,
): NonNullable<ConfigurationInput["policies"]>["fastLaunch"] | undefined {
  if (seed % 7 !== 3 && seed % 7 !== 5) return undefined;
  return {
    channels: random.pick([["stable" as const], ["candidate" as const], [...channelNames]]),
    before: random.chance(0.4) ? "publication" : "never",
    maxWait: random.pick(["10m", "2h"]),
    // Room for one image, for two, and for more than there are.
    quota: random.pick([6, 12, 40, 40]),
  };
}

/** EC2 does what it was asked for, some minutes later, or says why not. */
export function answerLater(s: Simulation, operation: "EnableFastLaunch" | "DisableFastLaunch", image: string): void {
  const isEnabling = operation === "EnableFastLaunch";
  const asked = s.account.fastLaunches.get(image);
  const name = `${operation} of ${image} at ${s.now()}`;
  const random = s.random.named(name);
  const fails = !s.isQuiet && random.chance(isEnabling ? 0.2 : 0.1);
  s.after(random.between(minute, 30 * minute), name, () => {
    // Something else has been asked since.
    if (s.account.fastLaunches.get(image) !== asked || asked?.State === "enabled") return;
    if (fails) move(s, image, isEnabling ? "enabling-failed" : "disabling-failed", random.pick(reasons));
    else if (isEnabling && s.account.images.has(image)) move(s, image, "enabled", "Client.UserInitiated");
    else if (isEnabling) move(s, image, "enabling-failed", `the image ${image} does not exist`);
    else forget(s, image);
  });
}

/** EC2 shows another state from now on. */
export function move(s: Simulation, image: string, state: Parameters<typeof moveFastLaunch>[2], reason: string): void {
  moveFastLaunch(s.account, image, state, reason);
  tellOf(s, image, state);
}

/** EC2 does not list an image any more whose snapshots are gone. */
export function forget(s: Simulation, image: string): void {
  s.account.fastLaunches.delete(image);
  s.ledger.fastLaunched.delete(image);
  tellOf(s, image, "disabled");
}

/** EC2's event, best effort. */
function tellOf(s: Simulation, imageId: string, state: string): void {
  s.tell(`Fast Launch of ${imageId} is ${state}`);
  const detail = { imageId, resourceType: "snapshot", state, stateTransitionReason: "Client.UserInitiated" };
  triggerAfter(s, second, JSON.stringify({ "detail-type": "EC2 Fast Launch State-change Notification", detail }));
}
