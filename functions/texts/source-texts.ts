import { iso } from "../config/time.ts";
import type { Texts } from "./texts.ts";

export const sourceTexts: Texts<"silent" | "base-missing" | "harvest-missing" | "kubernetes-missing"> = {
  silent: ({ parameter, image, releasedAt }) => ({
    headline: "its base family has gone silent",
    lines: [
      `${parameter} still names ${image}, released ${iso(releasedAt)}.`,
      "If AWS no longer releases it, choose another base family in config.ts (AWS maintains EKS_Optimized).",
    ],
  }),
  "base-missing": ({ why }) => ({
    headline: "its base image does not exist",
    lines: [
      why,
      "Check windows, edition, kubernetes and base in config.ts. Nothing is built for this variant until the image exists.",
      "Published images stay as they are. You get this notification each month while it lasts.",
    ],
  }),
  "harvest-missing": ({ why }) => ({
    headline: "there is no EKS image to harvest from",
    lines: [
      why,
      "Check windows and kubernetes in config.ts. Nothing is built for this variant until AWS releases an image.",
      "Published images stay as they are. You get this notification each month while it lasts.",
    ],
  }),
  "kubernetes-missing": ({ minor, why }) => ({
    headline: `there is no Kubernetes ${minor}`,
    lines: [why, "Check kubernetes and kubernetesReleaseUrl in config.ts. Published images stay as they are."],
  }),
};
