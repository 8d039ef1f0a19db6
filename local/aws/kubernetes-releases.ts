import type { Configuration } from "../../functions/config/configuration.ts";
import type { Upstream } from "./upstream.ts";

/** The first patch of every minor in use. */
export const firstPatch = 7;

/** Releases a patch of every minor in use, which EKS adopts at once. */
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
