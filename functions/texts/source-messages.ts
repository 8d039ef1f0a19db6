import { iso } from "../config/time.ts";
import type { FactOf } from "../domain/notifications/due.ts";
import type { Content } from "./content.ts";

type Fact = FactOf<"silent" | "base-missing" | "harvest-missing" | "kubernetes-missing">;

export function contentOfSource(fact: Fact): Content {
  switch (fact.kind) {
    case "silent":
      return {
        headline: "its base family has gone silent",
        lines: [
          `${fact.parameter} still names ${fact.image}, released ${iso(fact.releasedAt)}.`,
          "If AWS has stopped releasing it, choose another base family in config.ts (EKS_Optimized is kept up).",
        ],
      };
    case "base-missing":
      return {
        headline: "its base image does not exist",
        lines: [
          fact.why,
          "Check windows, edition, kubernetes and base in config.ts. Nothing is built for this variant until it exists; what is published stays so.",
          "Told again each month while it lasts.",
        ],
      };
    case "harvest-missing":
      return {
        headline: "there is no EKS image to take its closed pieces from",
        lines: [
          fact.why,
          "Check windows and kubernetes in config.ts. Nothing is built for this variant until AWS releases one; what is published stays so.",
          "Told again each month while it lasts.",
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
  }
}
