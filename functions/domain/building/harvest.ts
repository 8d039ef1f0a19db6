import type { HarvestInputs } from "../build-orders.ts";
import { type BuildDecision, wait } from "../decisions.ts";
import { retryOf } from "../failures.ts";
import { canonical } from "../inputs.ts";
import type { VariantState } from "../variant-state.ts";
import type { World } from "../world.ts";
import { harvestedInVain, harvestsOf } from "./ended-builds.ts";
import { absence } from "./preflight.ts";
import { settlingTime } from "./settling.ts";

/**
 * What to do where nothing usable has been harvested from AWS's EKS image of the variant's minor; undefined where nothing is to be done. Whoever
 * harvests does it for every variant of the same Windows and minor, and the failures of all count. A request forces no harvest, but it lifts
 * the waits that harvests of before it brought about (rule 9).
 */
export function decideHarvest(world: World, state: VariantState): BuildDecision | undefined {
  const { variant, upstream } = state;
  const source = upstream?.harvestSource;
  if (source?.state !== "known") return undefined;
  const harvest = world.harvests[source.value];
  if (harvest?.state !== "missing") return undefined;
  const reasons = [harvest.why];
  const inputs: HarvestInputs = { baseAmi: source.value, recipe: world.recipe };
  const harvests = harvestsOf(world, source.value);

  const running = harvests.find(({ status }) => status === "running");
  if (running) return wait([...reasons, `harvest ${running.id} runs for ${running.variant} (${running.phase})`]);
  const same = harvests.filter((build) => canonical(build.inputs) === canonical(inputs));
  const last = same[0];
  const settled = last?.status === "succeeded" ? (last.endedAt ?? last.startedAt) + settlingTime : 0;
  if (settled > world.now) return wait([...reasons, `${last?.id} has harvested, which is not visible yet`], settled);

  const ended = harvestedInVain(same, inputs).filter(({ endedAt }) => endedAt > requestedAt(world, variant.name));
  if (ended.length > 0) {
    const retry = retryOf(ended);
    if (retry.when === "never") return wait([...reasons, `${retry.why}: waits for a change or a request`]);
    if (retry.at > world.now) return wait([...reasons, retry.why], retry.at);
  }
  const missing = absence(upstream?.harvestImage ?? { state: "unknown", why: `nothing is known of ${source.value}` });
  if (missing.length > 0) return wait([...reasons, ...missing]);
  return { decision: "start", wish: { purpose: "harvest", variant, inputs, attempt: same.length + 1, reasons } };
}

function requestedAt({ requests }: World, variant: string): number {
  return Date.parse(requests[variant]?.at ?? "") || 0;
}
