import { hour } from "../../../functions/config/time.ts";
import type { RecordedEvent } from "../../aws/emulator.ts";
import { poll, whileMoving } from "../../stack/stall.ts";
import { failure, nothing, type Story } from "../act.ts";
import { demand } from "../demand.ts";
import { forgeImage } from "../forgery.ts";
import { newBase, restBetweenBuilds, type Stage } from "../stage.ts";
import { statusOf } from "../status.ts";
import { killedBuild } from "./killed-build.ts";

/** Longer than any time for which retention protects an image. */
const longAfter = 8 * 24 * hour;
const reason = "rehearsal";

/** With approval and soak: good images are published, bad ones are not, and images that turn out bad are withdrawn. */
export const safety: Story = {
  config: "local/rehearsal/stories/safety.config.ts",
  acts: [
    {
      name: "first image",
      trigger: "base-ami",
      expects: {
        builds: 1,
        candidate: "new",
        stable: "same",
        notifications: ["published/candidate", "approval-wanted/stable"],
      },
      reason: /^first image/,
      play: (stage) => stage.passTo("base-ami"),
    },
    {
      name: "approval",
      trigger: "manual",
      expects: { ...nothing, stable: { of: "first image" }, notifications: ["published/stable"] },
      answers: [200, 202],
      async play(stage, signal) {
        const { channels } = await statusOf(stage, signal);
        demand(channels.stable.outlook, /waits for its approval/);
        await stage.post("/approve", { image: channels.candidate.image, reason }, signal);
      },
    },
    {
      name: "rejected write",
      trigger: "base-ami",
      expects: {
        builds: 1,
        candidate: "new",
        stable: "same",
        notifications: ["write-rejected/candidate", "published/candidate"],
      },
      reason: /^baseAmi /,
      async play(stage, signal) {
        await stage.stack.emulator.parameterValidation({ reject: 1 });
        await newBase(stage);
        await rejection(stage, signal);
        await stage.stack.idle(signal);
        await stage.passTo("base-ami");
      },
    },
    {
      name: "soak after approval",
      trigger: "base-ami",
      expects: { ...nothing, stable: { of: "rejected write" }, notifications: ["published/stable"] },
      answers: [200, 202, 200],
      async play(stage, signal) {
        const { policies } = stage.stack.configuration;
        const { channels, images } = await statusOf(stage, signal);
        const soaking = images.find(({ image }) => image === channels.candidate.image);
        demand(soaking?.keptOutOfStableBy.join("; "), /soaks until .*; .* waits for its approval/);
        await stage.post("/approve", { image: channels.candidate.image, reason }, signal);
        const approved = await statusOf(stage, signal);
        demand(approved.channels.stable.waitsUntil, new RegExp(`^${soaking?.soakedAt}$`));
        await stage.pass(policies.soak);
      },
    },
    {
      name: "revoke",
      trigger: "manual",
      expects: {
        ...nothing,
        candidate: { of: "first image" },
        stable: { of: "first image" },
        notifications: ["revoked", "rolled-back/candidate", "rolled-back/stable"],
        deprecated: ["rejected write"],
      },
      answers: [200, 200, 202],
      async play(stage, signal) {
        const order = { image: (await statusOf(stage, signal)).channels.stable.image, reason };
        await stage.post("/revoke", { ...order, dryRun: true }, signal);
        await stage.post("/revoke", order, signal);
      },
    },
    {
      name: "nothing to go back to",
      trigger: "none",
      expects: nothing,
      answers: [200, 409],
      async play(stage, signal) {
        const { variant, nextBuild } = await statusOf(stage, signal);
        demand(nextBuild.reasons.join("; "), /revoked/);
        await stage.post("/rollback", { variant, reason }, signal);
        demand(stage.calls.at(-1)?.message, /nothing to go back to: ami-\w+ is revoked/);
      },
    },
    {
      name: "unrevoke",
      trigger: "manual",
      expects: {
        ...nothing,
        candidate: { of: "rejected write" },
        stable: { of: "rejected write" },
        notifications: ["unrevoked", "published/candidate", "published/stable"],
        restored: ["rejected write"],
      },
      answers: [200, 202],
      async play(stage, signal) {
        const revoked = (await statusOf(stage, signal)).images.find((one) => one.revoked !== null);
        await stage.post("/unrevoke", { image: revoked?.image, reason }, signal);
      },
    },
    {
      name: "forged image",
      trigger: "base-ami",
      expects: { ...nothing, notifications: ["unrecorded"] },
      answers: [200, 200],
      async play(stage, signal) {
        await forgeImage(stage.stack, (await statusOf(stage, signal)).channels.stable.image ?? "");
        await stage.passTo("base-ami");
        await stage.stack.idle(signal);
        const [newest] = (await statusOf(stage, signal)).images;
        demand(
          newest?.unrecorded.join("; "),
          /^that this service made it; that its proof passed; that it is approved; /,
        );
      },
    },
    {
      name: "bad image",
      trigger: "base-ami",
      expects: failure,
      reason: /^baseAmi /,
      async play(stage) {
        stage.spoilProofs(1);
        await newBase(stage);
      },
    },
    {
      name: "second attempt",
      trigger: "base-ami",
      expects: { builds: 1, candidate: "new", stable: "same", notifications: ["recovered", "published/candidate"] },
      reason: /^baseAmi /,
      play: (stage) => stage.pass(hour),
    },
    {
      name: "retention",
      trigger: "base-ami",
      expects: {
        ...nothing,
        stable: { of: "second attempt" },
        notifications: ["published/stable"],
        disabled: ["bad image"],
      },
      answers: [200, 202],
      async play(stage, signal) {
        const { channels, images } = await statusOf(stage, signal);
        await stage.useImage(images.at(-1)?.image ?? "");
        await stage.post("/approve", { image: channels.candidate.image, reason }, signal);
        await stage.stack.idle(signal);
        await stage.pass(longAfter);
      },
    },
    {
      name: "rollback",
      trigger: "manual",
      expects: {
        ...nothing,
        candidate: { of: "rejected write" },
        stable: { of: "rejected write" },
        notifications: ["revoked", "rolled-back/candidate", "rolled-back/stable"],
        deprecated: ["second attempt"],
      },
      answers: [200, 202],
      async play(stage, signal) {
        const { variant, images } = await statusOf(stage, signal);
        demand(images.at(-1)?.retention.reasons.join("; "), /used by launch-template/);
        await stage.post("/rollback", { variant, reason }, signal);
      },
    },
    killedBuild,
    {
      name: "nothing changed",
      trigger: "all",
      expects: nothing,
      async play(stage, signal) {
        await stage.pass(restBetweenBuilds(stage));
        await stage.repeatTriggers();
        const { channels } = await statusOf(stage, signal);
        await stage.post("/approve", { image: channels.stable.image, reason: "once more" }, signal);
      },
    },
  ],
};

/** Waits for Parameter Store's event that it rejected an image. No function receives that event. */
async function rejection({ stack }: Stage, signal: AbortSignal): Promise<void> {
  const isRejected = ({ detail }: RecordedEvent) => detail.exception !== undefined;
  const hasRejected = async () => (await stack.emulator.events()).some(isRejected);
  await whileMoving(stack.events, "Parameter Store has rejected a write", (ends) => poll(hasRejected, ends), {
    signal,
  });
}
