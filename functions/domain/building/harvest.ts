import { type BuildDecision, type HarvestInputs, wait } from "../build-orders.ts";
import type { IndexedWorld } from "../indexed-world.ts";
import { sameInputs } from "../inputs.ts";
import type { VariantState } from "../variant-state.ts";
import { whyAbsent } from "./preflight.ts";
import { harvestsFrom, runsWithoutManifest, settlingTime } from "./results.ts";
import { retryOf } from "./retries.ts";

/**
 * Decides whether to harvest from AWS's EKS image of the variant's minor. Undefined if the harvest exists or the
 * variant needs none. One harvest serves every variant of the same Windows and minor, and the failures of all of them
 * count. A request does not force a harvest, but it lifts the waits caused by earlier harvests (rule 9).
 */
export function decideHarvest(world: IndexedWorld, state: VariantState): BuildDecision | undefined {
  const { variant, upstream } = state;
  const source = upstream?.harvestSource;
  if (source?.state !== "known") return undefined;
  const harvest = world.harvests[source.value];
  if (harvest?.state !== "missing") return undefined;
  const reasons = [harvest.why];
  const inputs: HarvestInputs = { baseAmi: source.value, recipe: world.recipe };
  const harvests = harvestsFrom(world, source.value);

  const running = harvests.find(({ status }) => status === "running");
  if (running) return wait([...reasons, `harvest ${running.id} runs for ${running.variant} (${running.phase})`]);
  const same = harvests.filter((build) => sameInputs(build.inputs, inputs));
  const last = same[0];
  const settled = last?.status === "succeeded" ? (last.endedAt ?? last.startedAt) + settlingTime : 0;
  if (settled > world.now)
    return wait([...reasons, `${last?.id} has harvested, its manifest is not visible yet`], settled);

  const ended = runsWithoutManifest(same, inputs).filter(({ endedAt }) => endedAt > requestedAt(world, variant.name));
  if (ended.length > 0) {
    const retry = retryOf(ended, world.configuration.policies.network);
    if (retry.when === "never")
      return wait([...reasons, `${retry.why}: waiting for a change or a request`], undefined, true);
    if (retry.at > world.now) return wait([...reasons, retry.why], retry.at);
  }
  const unknown = { state: "unknown", why: `nothing is known about ${source.value}` } as const;
  const missing = whyAbsent(upstream?.harvestImage ?? unknown);
  if (missing.length > 0) return wait([...reasons, ...missing]);
  return { decision: "start", wish: { purpose: "harvest", variant, inputs, attempt: same.length + 1, reasons } };
}

function requestedAt({ requests }: IndexedWorld, variant: string): number {
  return Date.parse(requests[variant]?.at ?? "") || 0;
}
