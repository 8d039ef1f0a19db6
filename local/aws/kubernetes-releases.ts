import type { Configuration } from "../../functions/config/configuration.ts";
import type { Upstream } from "./upstream.ts";

/** The patch at which every minor in use begins. */
export const firstPatch = 7;

/** Kubernetes has released this patch of every minor in use, and EKS runs it already. */
export function releaseKubernetes(
  upstream: Pick<Upstream, "setKubernetes" | "setEksKubernetes">,
  { variants }: Configuration,
  patch: number,
): void {
  for (const minor of new Set(variants.map(({ kubernetes }) => kubernetes))) {
    upstream.setKubernetes(`${minor}.${patch}`);
    upstream.setEksKubernetes(`${minor}.${patch}`);
  }
}
