import { hour, minute } from "../../../functions/config/time.ts";
import { type Expectation, nothing, type Story } from "../act.ts";
import { demand } from "../demand.ts";
import {
  awsBegins,
  awsFinishes,
  deregister,
  fastLaunchStateOf,
  imageStatus,
  plannedFor,
  skip,
} from "../fast-launch-watch.ts";
import type { Stage } from "../stage.ts";
import { statusOf } from "../status.ts";

/** What the proofs of the images that are ready have measured, in milliseconds. */
const usual = 200_000;
const slow = 400_000;
const size = 30 * 1024 ** 3;
/** As policies.slowStart.maxHold of fast-launch-held.config.ts. */
const maxHold = 6 * hour;
const held = "local/rehearsal/stories/fast-launch-held.config.ts";
const insufficient = "Server.InsufficientInstanceCapacity: no capacity for t3.xlarge";

const published: Expectation = {
  ...nothing,
  candidate: "new",
  stable: "new",
  notifications: ["published/candidate", "published/stable"],
};

/**
 * What `stable` holds gets snapshots and loses them again, and an image that starts slowly is told or held. Images are
 * ready, with the records of build and proof, and upstream does not answer, so no build runs.
 */
export const fastLaunch: Story = {
  config: "local/rehearsal/stories/fast-launch.config.ts",
  playsPart: /fast-?launch/i,
  acts: [
    {
      name: "first image",
      trigger: "base-ami",
      expects: published,
      async play(stage, signal) {
        stage.stack.upstream.unanswering(true);
        const image = await ready(stage);
        await stage.passTo("base-ami");
        await awsBegins(stage, image, "enabling", signal);
        demand(await fastLaunchStateOf(stage, image, signal), /^enabling$/);
      },
    },
    {
      name: "snapshots",
      trigger: "fast-launch",
      expects: { ...nothing, fastLaunch: { enabled: ["first image"], ended: [] } },
      async play(stage, signal) {
        const image = latest(stage);
        await awsFinishes(stage, image, "enabled", signal);
        const { startSeconds, fastLaunch } = await imageStatus(stage, image, signal);
        demand(`${fastLaunch?.state}, starts in ${startSeconds} s`, /^enabled, starts in 200 s$/);
      },
    },
    {
      name: "second image",
      trigger: "base-ami",
      expects: { ...published, fastLaunch: { enabled: ["second image"], ended: [] } },
      async play(stage, signal) {
        const first = latest(stage);
        const image = await publish(stage, signal);
        await awsFinishes(stage, image, "enabled", signal);
        // A rollback would return to it.
        demand(await fastLaunchStateOf(stage, first, signal), /^enabled$/);
      },
    },
    {
      name: "third image",
      trigger: "base-ami",
      expects: {
        ...published,
        disabled: ["first image"],
        fastLaunch: { enabled: ["third image"], ended: ["first image"] },
      },
      async play(stage, signal) {
        const [first = ""] = stage.readied.map(({ image }) => image);
        const image = await publish(stage, signal);
        await awsBegins(stage, first, "disabling", signal);
        demand(await plannedFor(stage, first, signal), /^wait: retention .* next: EC2 still removes its snapshots$/);
        const { retention } = await imageStatus(stage, first, signal);
        demand(retention.reasons.join("; "), /^it has Fast Launch \(disabling\), which is disabled first$/);
        await awsFinishes(stage, first, "none", signal);
        demand(await fastLaunchStateOf(stage, image, signal), /^enabled$/);
      },
    },
    {
      name: "no capacity",
      trigger: "base-ami",
      expects: {
        ...published,
        notifications: [...published.notifications, "fast-launch-failed"],
        disabled: ["second image"],
        fastLaunch: { enabled: ["no capacity"], ended: ["second image"] },
      },
      async play(stage, signal) {
        const { emulator, inbox } = stage.stack;
        for (let attempt = 1; attempt <= 2; attempt++)
          await emulator.failNextFastLaunch("enabling-failed", insufficient);
        const image = await publish(stage, signal);
        for (let attempt = 1; attempt <= 2; attempt++) {
          await awsFinishes(stage, image, "enabling-failed", signal);
          demand(await plannedFor(stage, image, signal), /^wait: .*enabling-failed since .* \(transient\): .*capacity/);
          skip(stage, hour);
          demand(await plannedFor(stage, image, signal), /^enable-fast-launch: stable holds it: /);
          await stage.passTo("base-ami");
          await awsBegins(stage, image, "enabling", signal);
        }
        await awsFinishes(stage, image, "enabled", signal);
        const told = inbox.notifications().filter(({ kind }) => kind === "fast-launch-failed");
        demand(`${told.length}: ${told[0]?.text}`, /^1: .*InsufficientInstanceCapacity/s);
      },
    },
    {
      name: "slow image",
      trigger: "base-ami",
      expects: {
        ...published,
        notifications: [...published.notifications, "slow-start"],
        disabled: ["third image"],
        fastLaunch: { enabled: ["slow image"], ended: ["third image"] },
      },
      async play(stage, signal) {
        const image = await publish(stage, signal, slow);
        await awsFinishes(stage, image, "enabled", signal);
        const { slowStart } = await imageStatus(stage, image, signal);
        demand(slowStart, /^starts in 6 m 40 s, 2.0 times the usual 3 m 20 s$/);
      },
    },
    {
      name: "held slow image",
      trigger: "base-ami",
      expects: {
        ...published,
        notifications: ["slow-start", ...published.notifications],
        disabled: ["no capacity"],
        fastLaunch: { enabled: ["held slow image"], ended: ["no capacity"] },
      },
      async play(stage, signal) {
        await stage.stack.deploy(held);
        const before = latest(stage);
        const image = await ready(stage, slow);
        // Past the soak, so that only its start keeps it out of stable.
        await stage.pass(2 * hour);
        await stage.stack.idle(signal);
        const { channels } = await statusOf(stage, signal);
        for (const { image: holds, outlook } of Object.values(channels))
          demand(`${holds}: ${outlook}`, new RegExp(`^${before}: .*${image} starts in 6 m 40 s, 2.0 times`));
        const { keptOutOfStableBy } = await imageStatus(stage, image, signal);
        demand(keptOutOfStableBy.join("; "), /starts in 6 m 40 s/);
        await stage.pass(maxHold - 2 * hour + 15 * minute);
        await awsBegins(stage, image, "enabling", signal);
        await awsFinishes(stage, image, "enabled", signal);
      },
    },
    {
      name: "deregistered by hand",
      trigger: "base-ami",
      expects: { ...nothing, fastLaunch: { enabled: [], ended: ["slow image"] } },
      async play(stage, signal) {
        const image = stage.readied.at(-2)?.image ?? "";
        demand(await fastLaunchStateOf(stage, image, signal), /^enabled$/);
        await deregister(stage, image);
        await stage.passTo("base-ami");
        await awsBegins(stage, image, "disabling", signal);
        await awsFinishes(stage, image, "none", signal);
      },
    },
  ],
};

function latest({ readied }: Stage): string {
  return readied.at(-1)?.image ?? "";
}

function ready(stage: Stage, start = usual) {
  return stage.readyImage(stage.stack.configuration.variants[0]?.name ?? "", { start, size });
}

/** Lets both channels take a new image, the second one after the soak. */
async function publish(stage: Stage, signal: AbortSignal, start?: number): Promise<string> {
  const { stack } = stage;
  const image = await ready(stage, start);
  await stage.passTo("base-ami");
  await stack.idle(signal);
  await stage.pass(stack.configuration.policies.soak + 15 * minute);
  await awsBegins(stage, image, "enabling", signal);
  return image;
}
