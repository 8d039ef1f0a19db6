import type { FactOf } from "../domain/notifications/due.ts";
import type { Purpose } from "../domain/purposes.ts";
import type { Content } from "./content.ts";

type Fact = FactOf<"failed" | "gave-up" | "recovered">;

export function contentOfBuild(fact: Fact): Content {
  switch (fact.kind) {
    case "failed":
      return {
        headline: `${nouns[fact.purpose]} failed (${fact.failure.class})`,
        lines: [
          `Cause  ${fact.failure.cause}`,
          `Build  ${fact.build}`,
          `Log    ${fact.log ?? "none"}`,
          ...(fact.image && fact.purpose !== "harvest" ? [`Image  ${fact.image} is not published`] : []),
          ...(fact.failure.lines.length > 0
            ? ["", "The last lines of the step that failed:", ...fact.failure.lines.map((line) => `  ${line}`)]
            : []),
          "",
          fact.next,
          "What is published stays as it is.",
        ],
      };
    case "gave-up":
      return {
        headline: `gave up until an input changes (${nouns[fact.purpose]})`,
        lines: [
          `Why    ${fact.why}`,
          `Build  ${fact.build}`,
          `Log    ${fact.log ?? "none"}`,
          "",
          "Mend the cause (a change of packer/ or config.ts starts a build by itself) or ask for another try:",
          `POST /rebuild {"variant": "${fact.variant}", "reason": "…"}`,
        ],
      };
    case "recovered":
      return {
        headline: `${nouns[fact.purpose]} succeeded again`,
        lines: [
          `The first success after ${fact.failures === 1 ? "a failure that was" : `${fact.failures} failures that were`} told${fact.last ? ` (${fact.last})` : ""}.`,
          `Build  ${fact.build}`,
          `Log    ${fact.log ?? "none"}`,
          ...(fact.image && isOurs(fact) ? [`Image  ${fact.image}`] : []),
          "",
          "Nothing is to be done.",
        ],
      };
  }
}

const nouns: Record<Purpose, string> = { build: "build", prove: "proof", harvest: "harvest" };

/** A harvest's image is AWS's. */
function isOurs({ purpose }: Fact): boolean {
  return purpose !== "harvest";
}
