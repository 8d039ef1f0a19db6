import { iso } from "../config/time.ts";
import { type Texts, wrapped } from "./texts.ts";

export const sourceTexts: Texts<"silent" | "base-missing" | "harvest-missing" | "kubernetes-missing"> = {
  silent: ({ parameter, image, releasedAt }) => ({
    headline: "its base family has gone silent",
    act: "Act if AWS has ended it.",
    details: [
      { whole: `Source  ${parameter}` },
      `Names   ${image}, released ${iso(releasedAt)}`,
      "If AWS no longer releases it, choose another base family in config.ts. AWS maintains EKS_Optimized.",
    ],
    steps: [],
  }),
  "base-missing": ({ why }) => ({
    headline: "its base image does not exist",
    act: "Act: nothing is built for it until it does.",
    details: [
      ...wrapped("Why     ", why),
      "Check windows, edition, kubernetes and base in config.ts. Published images stay as they are.",
      "You get this notification each month while it lasts.",
    ],
    steps: [],
  }),
  "harvest-missing": ({ why }) => ({
    headline: "there is no EKS image to harvest from",
    act: "Act: nothing is built for it until there is.",
    details: [
      ...wrapped("Why     ", why),
      "Check windows and kubernetes in config.ts, or wait until AWS releases an image.",
      "Published images stay as they are. You get this notification each month while it lasts.",
    ],
    steps: [],
  }),
  "kubernetes-missing": ({ minor, why }) => ({
    headline: `there is no Kubernetes ${minor}`,
    act: "Act: check config.ts.",
    details: [
      ...wrapped("Why     ", why),
      "Check kubernetes and kubernetesReleaseUrl in config.ts. Published images stay as they are.",
    ],
    steps: [],
  }),
};
