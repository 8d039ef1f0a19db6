import { hour } from "../../../functions/config/time.ts";
import { nothing, type Story } from "../act.ts";
import { demand } from "../demand.ts";
import { latest, publish, published, ready, slow } from "../fast-launch-images.ts";
import { awsBegins, awsFinishes, deregister, imageStatus, plannedFor, skip } from "../fast-launch-watch.ts";
import { awaitedSnapshots, heldSlowImage, lateSnapshots } from "./fast-launch-waiting.ts";

const insufficient = "Server.InsufficientInstanceCapacity: no capacity for t3.xlarge";

/**
 * What `stable` holds gets snapshots and loses them again, an image that starts slowly is told or held, and `stable`
 * waits for snapshots. Images are ready, with the records of build and proof, and upstream does not answer, so no build
 * runs.
 */
export const fastLaunch: Story = {
  config: "local/rehearsal/stories/fast-launch.config.ts",
  playsPart: /fast-?launch/i,
  windowSeconds: 0.2,
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
        demand((await imageStatus(stage, image, signal)).fastLaunch?.state, /^enabling$/);
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
      // A rollback would return to the first image.
      expects: { ...published, fastLaunch: { enabled: ["second image"], ended: [] } },
      async play(stage, signal) {
        await awsFinishes(stage, await publish(stage, signal), "enabled", signal);
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
        const first = latest(stage, 1);
        await publish(stage, signal);
        await awsBegins(stage, first, "disabling", signal);
        demand(await plannedFor(stage, first, signal), /^wait: retention .* next: EC2 still removes its snapshots$/);
        const { retention } = await imageStatus(stage, first, signal);
        demand(retention.reasons.join("; "), /^it has Fast Launch \(disabling\), which is disabled first$/);
        await awsFinishes(stage, first, "none", signal);
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
    heldSlowImage,
    {
      name: "deregistered by hand",
      trigger: "base-ami",
      expects: { ...nothing, fastLaunch: { enabled: [], ended: ["slow image"] } },
      async play(stage, signal) {
        const image = latest(stage, 1);
        await deregister(stage, image);
        await stage.passTo("base-ami");
        await awsBegins(stage, image, "disabling", signal);
        await awsFinishes(stage, image, "none", signal);
      },
    },
    awaitedSnapshots,
    lateSnapshots,
  ],
};
