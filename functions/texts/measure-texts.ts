import { iso } from "../config/time.ts";
import { describeSize, describeStart } from "../domain/measures.ts";
import type { NotificationOf } from "../domain/notifications/due.ts";
import { post, revoke, type Step } from "./steps.ts";
import { type Texts, wrapped } from "./texts.ts";

export const measureTexts: Texts<"slow-start" | "image-grew"> = {
  "slow-start": (notification) => {
    const { image, start, usual, until } = notification;
    return {
      headline: `${image} starts slowly`,
      act:
        until === undefined
          ? "You need not act: no channel waits for it."
          : "You need not act: the channels take it later.",
      details: [
        `Start    ${describeStart(start)}, the fastest of those that the build has measured`,
        `Usual    ${describeStart(usual)}, the median of the last published images`,
        ...(until === undefined
          ? []
          : [`Waits    candidate and stable wait for it until ${iso(until)} at the latest.`]),
        ...wrapped("Causes   ", "A build step of yours, a service that starts early, or an update of Windows."),
      ],
      steps: [{ when: "To see what changed inside", command: ["diff", image] }, ...choices(notification)],
    };
  },
  "image-grew": ({ image, previous, size, previousSize }, inside) => ({
    headline: `${image} is ${Math.round((size / previousSize - 1) * 100)} % larger than ${previous}`,
    act: "You need not act.",
    details: [
      `Size     ${describeSize(previousSize)} → ${describeSize(size)} on its disk`,
      "Costs    Snapshots are billed by what they hold, and a new volume is read from one.",
      ...(inside === undefined
        ? []
        : ["What grew:", { items: inside, none: "no folder that the reports name", more: ["diff", image] }]),
    ],
    steps: [{ when: "To see what changed inside", command: ["diff", image] }],
  }),
};

/** What a person can decide about an image that starts slowly. */
function choices({ image, until }: NotificationOf<"slow-start">): Step[] {
  if (until === undefined) return [revoke(image, "To keep it out of the channels")];
  return [post("To let it pass now", ["approve", image], "/approve", { image })];
}
