import { iso } from "../config/time.ts";
import type { Texts } from "./texts.ts";

export const pauseTexts: Texts<"paused" | "resumed"> = {
  paused: ({ variant, reason, by }) => ({
    headline: "paused",
    lines: [
      `Why    ${reason}`,
      `By     ${by ?? "not recorded"}`,
      "",
      "Until somebody resumes it, nothing is built, proved, harvested, published, retired or swept.",
      "Running builds go on.",
      "A channel still leaves an image that is revoked, disabled or gone.",
      `To end this: POST /resume {"variant": "${variant}", "reason": "…"}`,
    ],
  }),
  resumed: ({ variant, pausedAt }) => ({
    headline: "resumed",
    lines: [
      `It was paused since ${iso(pausedAt)}. The saved query who-asked shows who resumed it and why.`,
      "What has waited since then happens now, for as much as the rules allow.",
      `To pause it again: POST /pause {"variant": "${variant}", "reason": "…"}`,
    ],
  }),
};
