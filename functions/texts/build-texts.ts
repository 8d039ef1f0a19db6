import type { Purpose } from "../domain/build-orders.ts";
import { kindOf } from "../domain/failures.ts";
import { readLog, rebuild } from "./steps.ts";
import { type Texts, type Whole, wrapped } from "./texts.ts";

const nouns: Record<Purpose, string> = {
  build: "build",
  prove: "proof",
  harvest: "harvest",
  "prove-place": "proof in a place",
};

/** Whether a failure needs a person. That the service gives up is told by a notification of its own. */
const acts = {
  deterministic: "Act: the same inputs will most likely fail again.",
  permanent: "Act: only a person can end this.",
  transient: "You need not act yet: this may pass by itself.",
};

export const buildTexts: Texts<"failed" | "gave-up" | "recovered"> = {
  failed: ({ variant, purpose, failure, log, image, next }) => ({
    headline: `${nouns[purpose]} failed (${failure.class})`,
    act: acts[kindOf(failure)],
    details: [
      ...wrapped("Cause  ", failure.cause),
      logLine(log),
      ...wrapped("Next   ", next),
      image && isOurs(purpose)
        ? `Image  ${image} is not published. Published images stay as they are.`
        : "Image  Published images stay as they are.",
      ...(failure.lines.length > 0
        ? ["The last lines of the failed step:", { items: failure.lines, none: "", keep: "last" as const }]
        : []),
    ],
    steps: [readLog(variant, "To read the log")],
  }),
  "gave-up": ({ purpose, why, build, log, variant }) => ({
    headline: `gave up until an input changes (${nouns[purpose]})`,
    act: "Act: fix the cause.",
    details: [
      ...wrapped("Why    ", why),
      `Build  ${build}`,
      logLine(log),
      "A change of packer/ or of the variant in config.ts starts a build by itself.",
    ],
    steps: [readLog(variant, "To read the log"), rebuild(variant, "After any other change")],
  }),
  recovered: ({ purpose, failures, last, build, log, image }) => ({
    headline: `${nouns[purpose]} succeeded again`,
    act: "You need not act.",
    details: [
      `After  ${failures === 1 ? "1 reported failure" : `${failures} reported failures`}${last ? ` (${last})` : ""}`,
      `Build  ${build}`,
      logLine(log),
      ...(image && isOurs(purpose) ? [`Image  ${image}`] : []),
    ],
    steps: [],
  }),
};

export function logLine(log: string | undefined): Whole {
  return { whole: `Log    ${log ?? "none"}` };
}

/** Whether the build's image is the service's. A harvest's image is AWS's. */
function isOurs(purpose: Purpose): boolean {
  return purpose !== "harvest";
}
