import { hour, minute } from "../../../functions/config/time.ts";
import type { Act } from "../act.ts";
import { demand } from "../demand.ts";
import { latest, published, ready, slow } from "../fast-launch-images.ts";
import { awsBegins, awsFinishes, skip } from "../fast-launch-watch.ts";
import type { Stage } from "../stage.ts";
import { statusOf } from "../status.ts";
import { until } from "../until.ts";

/** As policies.slowStart.maxHold and policies.fastLaunch.maxWait of the configuration. */
const maxHold = 6 * hour;
const maxWait = hour;
const waiting = "local/rehearsal/stories/fast-launch-waiting.config.ts";

/** Both channels wait for a slow image. It gets its snapshots meanwhile. */
export const heldSlowImage: Act = {
  name: "held slow image",
  trigger: "base-ami",
  expects: {
    ...published,
    notifications: ["slow-start", ...published.notifications],
    disabled: ["no capacity"],
    fastLaunch: { enabled: ["held slow image"], ended: ["no capacity"] },
  },
  async play(stage, signal) {
    await stage.stack.deploy(waiting);
    const before = latest(stage);
    const image = await ready(stage, slow);
    // Past the soak and maxWait, so that only its start keeps it out of stable. It gets its snapshots meanwhile.
    await stage.pass(2 * hour);
    await awsBegins(stage, image, "enabling", signal);
    const { channels, images } = await statusOf(stage, signal);
    for (const { image: holds, outlook } of Object.values(channels))
      demand(`${holds}: ${outlook}`, new RegExp(`^${before}: .*${image} starts in 6 m 40 s, 2.0 times`));
    const own = images.find((one) => one.image === image);
    demand(own?.keptOutOfStableBy.join("; "), /starts in 6 m 40 s/);
    await stage.pass(maxHold - 2 * hour + 15 * minute);
    const gone = latest(stage, 2);
    await awsBegins(stage, gone, "disabling", signal);
    await awsFinishes(stage, gone, "none", signal);
  },
};

/** The soak is over, and `stable` takes the image as soon as EC2's event says that its first snapshot is there. */
export const awaitedSnapshots: Act = {
  name: "awaited snapshots",
  trigger: "fast-launch",
  expects: { ...published, fastLaunch: { enabled: ["awaited snapshots"], ended: [] } },
  async play(stage, signal) {
    const { stack } = stage;
    const image = await awaitSnapshots(stage, stack.configuration.policies.soak, signal);
    await awsFinishes(stage, image, "enabled", signal);
    const isTaken = () =>
      stack.inbox
        .notifications()
        .some((one) => one.kind === "published" && one.channel === "stable" && one.image === image);
    await until(stack, "stable has taken the image without a schedule", isTaken, signal);
  },
};

/** EC2 begins so late that `stable` takes the image without them. */
export const lateSnapshots: Act = {
  name: "late snapshots",
  trigger: "base-ami",
  expects: {
    ...published,
    notifications: [...published.notifications, "fast-launch-late/stable"],
    fastLaunch: { enabled: [], ended: [] },
  },
  async play(stage, signal) {
    const { soak } = stage.stack.configuration.policies;
    // The run that asks EC2 comes within 15 minutes, and the snapshots take 30.
    await awaitSnapshots(stage, soak + maxWait - 20 * minute, signal);
    await stage.pass(25 * minute);
  },
};

/** The first run after an image is ready comes so much later: it asks EC2 for snapshots, and only these keep `stable`. */
async function awaitSnapshots(stage: Stage, later: number, signal: AbortSignal): Promise<string> {
  const before = latest(stage);
  const image = await ready(stage);
  skip(stage, later);
  await stage.passTo("base-ami");
  await awsBegins(stage, image, "enabling", signal);
  const { stable } = (await statusOf(stage, signal)).channels;
  const waits = new RegExp(`^${before}: .*${image} waits for its Fast Launch \\(enabling\\)`);
  demand(`${stable.image}: ${stable.outlook}`, waits);
  return image;
}
