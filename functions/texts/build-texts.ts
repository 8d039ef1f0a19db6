import type { Purpose } from "../domain/build-orders.ts";
import type { Texts } from "./texts.ts";

const nouns: Record<Purpose, string> = { build: "build", prove: "proof", harvest: "harvest" };

export const buildTexts: Texts<"failed" | "gave-up" | "recovered"> = {
  failed: ({ purpose, failure, build, log, image, next }) => ({
    headline: `${nouns[purpose]} failed (${failure.class})`,
    lines: [
      `Cause  ${failure.cause}`,
      `Build  ${build}`,
      `Log    ${log ?? "none"}`,
      ...(image && isOurs(purpose) ? [`Image  ${image} is not published`] : []),
      ...(failure.lines.length > 0
        ? ["", "The last lines of the failed step:", ...failure.lines.map((line) => `  ${line}`)]
        : []),
      "",
      next,
      "Published images stay as they are.",
    ],
  }),
  "gave-up": ({ purpose, why, build, log, variant }) => ({
    headline: `gave up until an input changes (${nouns[purpose]})`,
    lines: [
      `Why    ${why}`,
      `Build  ${build}`,
      `Log    ${log ?? "none"}`,
      "",
      "Fix the cause. A change of packer/ or of the variant in config.ts starts a build; after any other change, request one:",
      `POST /rebuild {"variant": "${variant}", "reason": "…"}`,
    ],
  }),
  recovered: ({ purpose, failures, last, build, log, image }) => ({
    headline: `${nouns[purpose]} succeeded again`,
    lines: [
      `This is the first success after ${failures === 1 ? "1 reported failure" : `${failures} reported failures`}${last ? ` (${last})` : ""}.`,
      `Build  ${build}`,
      `Log    ${log ?? "none"}`,
      ...(image && isOurs(purpose) ? [`Image  ${image}`] : []),
      "",
      "You need not do anything.",
    ],
  }),
};

/** Whether the build's image is the service's. A harvest's image is AWS's. */
function isOurs(purpose: Purpose): boolean {
  return purpose !== "harvest";
}
