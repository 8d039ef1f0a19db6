import { iso } from "../config/time.ts";
import { post } from "./steps.ts";
import { type Texts, wrapped } from "./texts.ts";

export const pauseTexts: Texts<"paused" | "resumed"> = {
  paused: ({ variant, reason, by }) => ({
    headline: "paused",
    act: "Act once the reason is gone: resume it.",
    details: [
      ...wrapped("Why    ", reason),
      `By     ${by ?? "not recorded"}`,
      "Until somebody resumes it, nothing is built, proved, harvested, published, retired or swept.",
      "Running builds go on. A channel still leaves an image that is revoked, disabled or gone.",
    ],
    steps: [post("To end this", ["resume", variant], "/resume", { variant })],
  }),
  resumed: ({ variant, pausedAt }) => ({
    headline: "resumed",
    act: "You need not act.",
    details: [
      `It was paused since ${iso(pausedAt)}.`,
      "The saved query who-asked shows who resumed it and why.",
      "What has waited since then happens now, for as much as the rules allow.",
    ],
    steps: [post("To pause it again", ["pause", variant], "/pause", { variant })],
  }),
};
