import { iso } from "../config/time.ts";
import { compareStarts, describeStart } from "../domain/measures.ts";
import type { NotificationOf } from "../domain/notifications/due.ts";
import { post, rebuild, rollback, type Step, unrevoke } from "./steps.ts";
import { type Content, type Texts, wrapped } from "./texts.ts";

export const channelTexts: Texts<"published" | "rolled-back" | "approval-wanted" | "write-rejected" | "stranded"> = {
  published: (notification, inside) => ({
    headline: `${notification.image} published to ${notification.channel}`,
    act: "You need not act.",
    details: [
      ...wrapped("Changed  ", changes(notification)),
      "Nodes    New ones of the channel start it from now on. Karpenter also replaces the running ones.",
      ...startOf(notification),
      ...insideOf(notification, inside),
    ],
    steps: [rollback(notification, "To undo this")],
  }),
  "rolled-back": (notification, inside) => ({
    headline: `${notification.channel} went back to ${notification.image}`,
    act: `Act if nodes run ${notification.previous}.`,
    details: [
      ...wrapped("Why      ", notification.why),
      ...wrapped("Changed  ", changes(notification), 1),
      ...wrapped(
        "Nodes    ",
        `Those that run ${notification.previous} stay until they are replaced. Karpenter does that within ten minutes.`,
      ),
      ...insideOf(notification, inside),
    ],
    steps: [unrevoke(notification.previous, `If ${notification.previous} is good after all`)],
  }),
  "approval-wanted": (notification) => ({
    headline: `${notification.image} waits for an approval`,
    act: "Act: approve it or leave it.",
    details: [
      `Has      ${inputsOf(notification)}`,
      `Holds    ${notification.channel} holds ${notification.holds ?? "nothing"} until then.`,
      "The image is proved and has soaked.",
    ],
    steps: [
      { when: "To see what changed inside", command: ["diff", notification.image] },
      post("To approve it", ["approve", notification.image], "/approve", { image: notification.image }),
    ],
  }),
  "write-rejected": ({ variant, channel, image, holds }) => ({
    headline: holds ? `${channel} has not taken ${image}` : `${channel} does not hold ${image}`,
    act: "Act if this lasts.",
    details: [
      holds ? `It still holds ${holds}.` : "It holds nothing.",
      holds
        ? "Either Parameter Store rejected the image or the write was interrupted."
        : "Parameter Store rejected it, the write was interrupted, or somebody deleted the parameter since.",
      "The service keeps writing until the image is there. You get this notification once.",
      'If it lasts, look at the event "Parameter Store Change" with an exception. The image must be',
      "available in this account and Region, and the role of reconcile allowed ec2:DescribeImages.",
    ],
    steps: [explain(variant, "To see whether it lasts")],
  }),
  stranded: (notification) => {
    const { variant, channel, image, why, waitsFor, until } = notification;
    const { way, steps } = wayOut(notification);
    return {
      headline: `${channel} holds an image that no node should start`,
      act: "Act: no other image can replace it now.",
      details: [
        ...wrapped("Why    ", why),
        `Nodes  New ones that resolve the channel get ${image} or fail to start.`,
        ...(until === undefined ? [] : [`Until  ${iso(until)}, when the first of these passes:`]),
        { items: waitsFor, none: "no other image can be published", more: ["explain", variant] },
        ...way,
      ],
      steps: [...steps, unrevoke(image, "If the image was revoked and is good after all")],
    };
  },
};

/** How the channel comes to hold another image. */
function wayOut({ configured, publishes, variant }: NotificationOf<"stranded">): { way: string[]; steps: Step[] } {
  if (!configured)
    return {
      way: ["Move all nodes off the channel, then delete its parameter; or put the variant back into", "config.ts."],
      steps: [],
    };
  if (publishes) return { way: [], steps: [rebuild(variant, "To replace it by the next proved image")] };
  return {
    way: [
      "Set policies.publish to true in config.ts and deploy. The newest image that has soaked then",
      "replaces it.",
    ],
    steps: [],
  };
}

function explain(variant: string, when: string): Step {
  return { when, command: ["explain", variant] };
}

/** `Starts   in 3 m 40 s, 25 s slower than ami-0c5f1e0a9b3d27e41` */
function startOf({ start, previous: image }: NotificationOf<"published">): string[] {
  if (start === undefined) return [];
  const { own, previous } = start;
  const compared =
    image === undefined || previous === undefined ? "" : `, ${compareStarts(own, { image, start: previous })}`;
  return [`Starts   in ${describeStart(own)}${compared}`];
}

/** `since ami-0c5f1e0a9b3d27e41: kubernetes 1.35.6 → 1.35.7` */
function changes({ reasons, previous }: NotificationOf<"published" | "rolled-back">): string {
  const all = reasons.join("; ") || "nothing in its inputs";
  return previous === undefined ? all : `since ${previous}: ${all}`;
}

function inputsOf({ inputs }: Pick<NotificationOf<"published">, "inputs">): string {
  const { kubernetes, baseAmi, patchTuesday } = inputs;
  const unknown = "not recorded";
  return `Kubernetes ${kubernetes ?? unknown}, updates of ${patchTuesday ?? unknown}, base ${baseAmi ?? unknown}`;
}

function insideOf({ image }: { image: string }, inside: readonly string[] | undefined): Content["details"] {
  if (inside === undefined) return [];
  return ["Changed inside:", { items: inside, none: "nothing that is reported", more: ["diff", image] }];
}
