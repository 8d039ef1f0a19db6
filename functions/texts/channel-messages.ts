import { iso } from "../config/time.ts";
import type { FactOf } from "../domain/notifications/due.ts";
import type { Content } from "./content.ts";

type Fact = FactOf<"published" | "rolled-back" | "approval-wanted" | "write-rejected" | "stranded">;

/** More lines of one list help nobody; SNS takes 256 KB in all. */
const mostLines = 40;

export function contentOfChannel(fact: Fact, inside: readonly string[] | undefined): Content {
  switch (fact.kind) {
    case "published":
      return {
        headline: `${fact.image} published to ${fact.channel}`,
        lines: [
          ...aboutImage(fact),
          "",
          "What changed:",
          ...listed(fact.reasons, "nothing in its inputs"),
          ...aboutInside(inside),
          "",
          "Nodes that follow the channel get it from now on; with Karpenter it replaces those that run.",
          `To undo it: ${rollback(fact)}`,
        ],
      };
    case "rolled-back":
      return {
        headline: `${fact.channel} went back to ${fact.image}`,
        lines: [
          `${fact.why}.`,
          "",
          ...aboutImage(fact),
          "",
          `What that takes back of ${fact.previous}:`,
          ...listed(fact.reasons, "nothing in its inputs"),
          ...aboutInside(inside),
          "",
          "Nodes that already run from it stay until they are replaced; with Karpenter that begins now.",
          `If it was good after all: POST /unrevoke {"image": "${fact.previous}", "reason": "…"}`,
        ],
      };
    case "approval-wanted":
      return {
        headline: `${fact.image} waits for an approval`,
        lines: [
          ...aboutInputs(fact),
          "",
          `It has proved itself and soaked; ${fact.channel} ${fact.holds ? `holds ${fact.holds}` : "holds nothing"} until somebody approves it:`,
          `POST /promote {"image": "${fact.image}", "reason": "…"}`,
        ],
      };
    case "write-rejected":
      return {
        headline: `${fact.channel} has not taken ${fact.image}`,
        lines: [
          `It was written to the channel's parameter and could not be read back: Parameter Store has rejected it, or the write was interrupted.`,
          `The channel ${fact.holds ? `still holds ${fact.holds}` : "holds nothing"}. The image is written again until it is there; this is not told again.`,
          "",
          'If it stays so, look at the event "Parameter Store Change" with an exception: the image must be available in this account and Region,',
          "and the role of reconcile must be allowed ec2:DescribeImages.",
        ],
      };
    case "stranded":
      return {
        headline: `${fact.channel} holds an image that nobody should use`,
        lines: [
          `${fact.why}, and nothing can take its place now:`,
          ...listed(fact.waitsFor, "no other image can be published"),
          ...(fact.until === undefined ? [] : [`The first of it passes by itself at ${iso(fact.until)}.`]),
          "",
          `The channel keeps its value: new nodes that resolve it get ${fact.image} or fail to start.`,
          fact.configured
            ? `Ask for a rebuild: POST /rebuild {"variant": "${fact.variant}", "reason": "…"}, or change packer/ or config.ts; the next image that proves itself takes over.`
            : `Let no node follow the channel any more and delete its parameter, or put the variant back into config.ts.`,
          `If the image is good after all and was revoked: POST /unrevoke {"image": "${fact.image}", "reason": "…"}`,
        ],
      };
  }
}

function aboutImage(fact: FactOf<"published" | "rolled-back">): string[] {
  return [
    `Image      ${fact.image}`,
    `Previous   ${fact.previous ?? "none"}`,
    ...aboutInputs(fact),
    `Build      ${fact.token ?? "not recorded"}`,
  ];
}

function aboutInputs({ inputs }: Pick<FactOf<"published">, "inputs">): string[] {
  return [
    `Kubernetes ${inputs.kubernetes ?? "not recorded"}`,
    `Base AMI   ${inputs.baseAmi ?? "not recorded"}`,
    `Updates    Patch Tuesday of ${inputs.patchTuesday ?? "not recorded"}`,
  ];
}

function aboutInside(inside: readonly string[] | undefined): string[] {
  if (inside === undefined) return [];
  return ["", "What changed inside, as the builds' reports say:", ...listed(inside, "nothing that is reported")];
}

function listed(lines: readonly string[], none: string): string[] {
  const shown = (lines.length === 0 ? [none] : lines.slice(0, mostLines)).map((line) => `  ${line}`);
  return lines.length > mostLines ? [...shown, `  and ${lines.length - mostLines} more`] : shown;
}

/** With the image in it the call can be repeated: it never takes back what the channel got meanwhile. */
function rollback({ variant, channel, image }: FactOf<"published">): string {
  return `POST /rollback {"variant": "${variant}", "channel": "${channel}", "image": "${image}", "reason": "…"}`;
}
