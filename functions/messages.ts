import type { Fact } from "./facts.ts";
import { iso } from "./time.ts";

/** A notification as people read it. */
export interface Message {
  /** At most 100 characters of ASCII, as SNS demands. */
  subject: string;
  text: string;
}

/** SNS's limit. */
const longestSubject = 100;

/** What subscribers are told of a fact: what happened, why, what to do. */
export function messageOf(fact: Fact): Message {
  const { headline, lines } = contentOf(fact);
  const subject = `[eks-windows-images] ${headline} (${fact.variant})`
    .replace(/[^\x20-\x7e]/g, "-")
    .slice(0, longestSubject);
  return { subject, text: [`${fact.variant}: ${headline}`, "", ...lines, "", `Since ${iso(fact.at)}`].join("\n") };
}

function contentOf(fact: Fact): { headline: string; lines: string[] } {
  switch (fact.kind) {
    case "published":
      return {
        headline: `${fact.image} published to ${fact.channel}`,
        lines: [
          `Image      ${fact.image}`,
          `Previous   ${fact.previous ?? "none"}`,
          `Kubernetes ${fact.inputs.kubernetes ?? "not recorded"}`,
          `Base AMI   ${fact.inputs.baseAmi ?? "not recorded"}`,
          `Updates    Patch Tuesday of ${fact.inputs.patchTuesday ?? "not recorded"}`,
          `Build      ${fact.token ?? "not recorded"}`,
          "",
          "What changed:",
          ...fact.reasons.map((reason) => `  ${reason}`),
        ],
      };
    case "failed":
      return {
        headline: `build failed (${fact.failure.class})`,
        lines: [
          `Cause  ${fact.failure.cause}`,
          `Build  ${fact.build}`,
          `Log    ${fact.log ?? "none"}`,
          ...(fact.image ? [`Image  ${fact.image} is not published`] : []),
          "",
          fact.next,
          "What is published stays as it is.",
        ],
      };
    case "gave-up":
      return {
        headline: "gave up until an input changes",
        lines: [
          `Why    ${fact.why}`,
          `Build  ${fact.build}`,
          `Log    ${fact.log ?? "none"}`,
          "",
          "Mend the cause (a change of packer/ or config.ts starts a build by itself) or ask for a rebuild through the function URL.",
        ],
      };
    case "unproved":
      return {
        headline: `${fact.image} could not be proved`,
        lines: [
          `After ${fact.attempts} attempts nothing is known about whether it boots, so it is not published.`,
          "Look at the logs of the prove builds: capacity, quotas and the network are the usual causes.",
        ],
      };
    case "silent":
      return {
        headline: "its base family has gone silent",
        lines: [
          `${fact.parameter} still names ${fact.image}, released ${iso(fact.releasedAt)}.`,
          "If AWS has stopped releasing it, choose another base family in config.ts (EKS_Optimized is kept up).",
        ],
      };
    case "stranded":
      return {
        headline: `${fact.channel} holds an image that nobody should use`,
        lines: [
          `${fact.why}, and no other image of the variant can be published.`,
          `The channel keeps its value: new nodes that resolve it get ${fact.image} or fail to start.`,
          "Ask for a rebuild through the function URL, or change packer/ or config.ts; the next image that proves itself takes over.",
        ],
      };
    case "kubernetes-missing":
      return {
        headline: `there is no Kubernetes ${fact.minor}`,
        lines: [
          fact.why,
          "Check kubernetes and kubernetesReleaseUrl in config.ts. An image that is published stays so.",
        ],
      };
    case "base-missing":
      return {
        headline: "its base image does not exist",
        lines: [
          fact.why,
          "Check windows, edition, kubernetes and base in config.ts. Nothing is built for this variant until the parameter exists.",
        ],
      };
  }
}
