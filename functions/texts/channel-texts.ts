import { iso } from "../config/time.ts";
import type { NotificationOf } from "../domain/notifications/due.ts";
import { listed, type Texts } from "./texts.ts";

export const channelTexts: Texts<"published" | "rolled-back" | "approval-wanted" | "write-rejected" | "stranded"> = {
  published: (notification, inside) => ({
    headline: `${notification.image} published to ${notification.channel}`,
    lines: [
      ...imageLines(notification),
      "",
      "What changed:",
      ...listed(notification.reasons, "nothing in its inputs"),
      ...insideLines(inside),
      "",
      "New nodes that follow the channel start this image from now on. Karpenter also replaces the running ones.",
      `To undo this: ${rollback(notification)}`,
    ],
  }),
  "rolled-back": (notification, inside) => ({
    headline: `${notification.channel} went back to ${notification.image}`,
    lines: [
      `${notification.why}.`,
      "",
      ...imageLines(notification),
      "",
      `What this takes back from ${notification.previous}:`,
      ...listed(notification.reasons, "nothing in its inputs"),
      ...insideLines(inside),
      "",
      `Nodes that run ${notification.previous} stay until they are replaced. Karpenter notices in about five minutes and replaces them.`,
      `If ${notification.previous} is good after all: POST /unrevoke {"image": "${notification.previous}", "reason": "…"}`,
    ],
  }),
  "approval-wanted": (notification) => ({
    headline: `${notification.image} waits for an approval`,
    lines: [
      ...inputLines(notification),
      "",
      `The image is proved and has soaked. ${notification.channel} holds ${notification.holds ?? "nothing"} until a person approves it:`,
      `POST /approve {"image": "${notification.image}", "reason": "…"}`,
    ],
  }),
  "write-rejected": ({ channel, image, holds }) => ({
    headline: holds ? `${channel} has not taken ${image}` : `${channel} does not hold ${image}`,
    lines: [
      "The service wrote the image to the channel's parameter and could not read it back.",
      holds
        ? "Either Parameter Store rejected the image or the write was interrupted."
        : "Either Parameter Store rejected the image, the write was interrupted, or somebody has deleted the parameter since.",
      `The channel ${holds ? `still holds ${holds}` : "holds nothing"}. The service keeps writing until the image is there; you get this notification once.`,
      "",
      'If this lasts, look at the event "Parameter Store Change" with an exception. The image must be available in this account and Region,',
      "and the role of reconcile must be allowed ec2:DescribeImages.",
    ],
  }),
  stranded: ({ channel, image, why, waitsFor, until, ...notification }) => ({
    headline: `${channel} holds an image that no node should start`,
    lines: [
      `${why}, and no image can replace it now:`,
      ...listed(waitsFor, "no other image can be published"),
      ...(until === undefined ? [] : [`The first of these passes at ${iso(until)}.`]),
      "",
      `The channel keeps its value: new nodes that resolve it get ${image} or fail to start.`,
      wayOut(notification),
      `If the image was revoked and is good after all: POST /unrevoke {"image": "${image}", "reason": "…"}`,
    ],
  }),
};

function wayOut({
  configured,
  publishes,
  variant,
}: Pick<NotificationOf<"stranded">, "configured" | "publishes" | "variant">) {
  if (!configured)
    return "Move all nodes off the channel, then delete its parameter; or put the variant back into config.ts.";
  return publishes
    ? `Request a rebuild: POST /rebuild {"variant": "${variant}", "reason": "…"}, or change packer/ or config.ts. The next proved image replaces it.`
    : "Set policies.publish to true in config.ts and deploy. The newest image that has soaked then replaces it.";
}

function imageLines(notification: NotificationOf<"published" | "rolled-back">): string[] {
  return [
    `Image      ${notification.image}`,
    `Previous   ${notification.previous ?? "none"}`,
    ...inputLines(notification),
    `Build      ${notification.token ?? "not recorded"}`,
  ];
}

function inputLines({ inputs }: Pick<NotificationOf<"published">, "inputs">): string[] {
  return [
    `Kubernetes ${inputs.kubernetes ?? "not recorded"}`,
    `Base AMI   ${inputs.baseAmi ?? "not recorded"}`,
    `Updates    Patch Tuesday of ${inputs.patchTuesday ?? "not recorded"}`,
  ];
}

function insideLines(inside: readonly string[] | undefined): string[] {
  if (inside === undefined) return [];
  return ["", "What changed inside, according to the builds' reports:", ...listed(inside, "nothing that is reported")];
}

/** A call that names the image can be repeated: it never revokes what the channel received meanwhile. */
function rollback({ variant, channel, image }: NotificationOf<"published">): string {
  return `POST /rollback {"variant": "${variant}", "channel": "${channel}", "image": "${image}", "reason": "…"}`;
}
