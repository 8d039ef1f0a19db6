import type { FactOf } from "../domain/notifications/due.ts";
import type { Content } from "./content.ts";

type Fact = FactOf<"revoked" | "unrevoked" | "unproved" | "image-missing">;

export function contentOfImage(fact: Fact): Content {
  switch (fact.kind) {
    case "revoked":
      return {
        headline: `${fact.image} is revoked`,
        lines: [
          `Why    ${fact.reason}`,
          `By     ${fact.by ?? "somebody who wrote the tag by hand"}`,
          "",
          ...aboutHolders(fact),
          `The image is deprecated${fact.disables ? ", and disabled once no channel holds it: nothing starts from it any more" : "; who has its ID can still start from it"}.`,
          ...(fact.configured
            ? [
                "Nodes that run from it stay as they are: replace them. Its inputs are not built again until one of them changes or somebody asks:",
                `POST /rebuild {"variant": "${fact.variant}", "reason": "…"}`,
              ]
            : ["Nodes that run from it stay as they are: replace them."]),
          `To undo it: POST /unrevoke {"image": "${fact.image}", "reason": "…"}`,
        ],
      };
    case "unrevoked":
      return {
        headline: `${fact.image} is no longer revoked`,
        lines: [
          "It may be published again if nothing else speaks against it; a channel that it is newer for takes it by itself.",
          `To revoke it again: POST /revoke {"image": "${fact.image}", "reason": "…"}`,
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
    case "image-missing":
      return {
        headline: "a build has succeeded, but its image is not there",
        lines: [
          `${fact.why}.`,
          `Log    ${fact.log ?? "none"}`,
          "",
          "Somebody may have deregistered it or removed its tags (CloudTrail: DeregisterImage, DeleteTags). It is built again by itself.",
        ],
      };
  }
}

function aboutHolders({ holders, configured, variant }: FactOf<"revoked">): string[] {
  if (holders.length === 0) return ["No channel holds it."];
  if (!configured)
    return [
      `Held by ${holders.join(" and ")}, and that stays so: ${variant} is no variant any more, nobody writes its channels.`,
    ];
  return [
    `Held by ${holders.join(" and ")}: goes back to the newest image that can be published, which is told when it is done.`,
  ];
}
