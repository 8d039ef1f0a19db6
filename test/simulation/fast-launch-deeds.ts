import { channelNames } from "../../functions/config/channel-names.ts";
import { FastLaunch } from "../../functions/config/fast-launch.ts";
import { ownerId } from "../memory-aws/account.ts";
import { moveFastLaunch } from "../memory-aws/fast-launch.ts";
import type { Random } from "../random.ts";
import { deploy } from "./deployments.ts";
import { answerLater, forget, move, reasons } from "./fast-launch.ts";
import type { Simulation } from "./simulation.ts";

/** What people and AWS do with Fast Launch at a bad moment. */
export const fastLaunchDeeds: Readonly<Record<string, (s: Simulation, random: Random) => void>> = {
  "enable by hand"(s, random) {
    const all = [...s.ledger.made.keys()].filter((id) => s.account.images.get(id)?.State === "available");
    const others = all.filter((id) => !s.account.fastLaunches.has(id));
    if (others.length === 0) return;
    const image = random.pick(others);
    s.account.fastLaunches.set(image, { ImageId: image, OwnerId: ownerId, MaxParallelLaunches: 6 });
    s.ledger.fastLaunched.set(image, { by: "person", since: s.now() });
    move(s, image, "enabled", "Client.UserInitiated");
  },
  "disable by hand"(s, random) {
    const all = [...s.account.fastLaunches.keys()];
    if (all.length === 0) return;
    const image = random.pick(all);
    moveFastLaunch(s.account, image, "disabling", "Client.UserInitiated");
    answerLater(s, "DisableFastLaunch", image);
    s.tell(`a person disables Fast Launch of ${image}`);
  },
  "AWS fails"(s, random) {
    const all = [...s.account.fastLaunches].filter(([, { State }]) => State === "enabled");
    if (all.length > 0) move(s, random.pick(all)[0], "enabled-failed", random.pick(reasons));
  },
  "deploy other channels"(s, random) {
    const channels = random.pick([[], ["stable"], [...channelNames]] as FastLaunch["channels"][]);
    deployFastLaunch(s, { ...s.configuration.policies.fastLaunch, channels });
  },
};

/** What people have enabled is theirs to end. Channels get it again. */
export function calmFastLaunch(s: Simulation): void {
  const { fastLaunch } = s.configuration.policies;
  if (!fastLaunch) return;
  for (const [image, { by }] of s.ledger.fastLaunched) if (by === "person") forget(s, image);
  if (fastLaunch.channels.length === 0) deployFastLaunch(s, { ...fastLaunch, channels: ["stable"] });
}

function deployFastLaunch(s: Simulation, policy: object): void {
  const fastLaunch = FastLaunch.parse({ ...policy, maxWait: "2h" });
  deploy(s, { ...s.configuration, policies: { ...s.configuration.policies, fastLaunch } });
  s.tell(`deployed: Fast Launch for ${fastLaunch.channels.join(", ") || "no channel"}`);
}
