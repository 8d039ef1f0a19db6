import { uniqBy } from "es-toolkit";
import type { BuildDecision, BuildWish, HarvestWish } from "../build-orders.ts";
import type { IndexedWorld } from "../indexed-world.ts";
import type { VariantState } from "../variant-state.ts";

/** A variant and what was decided for it, before the limits that all variants share. */
export interface Candidate {
  state: VariantState;
  decision: BuildDecision;
}

/**
 * Rule 10: at most `maxParallel` builds run at once. An order that CodeBuild does not show yet counts, too. The variant
 * with the oldest image comes first, and one harvest of an image serves all variants. Proofs in places come last. The
 * decisions keep their order.
 */
export function withinLimits(world: IndexedWorld, candidates: readonly Candidate[]): BuildDecision[] {
  const { maxParallel } = world.configuration.policies;
  const age = ({ publishable }: VariantState) => publishable[0]?.createdAt ?? 0;
  const wishes = candidates
    .flatMap(({ state, decision }) => (decision.decision === "start" ? [{ age: age(state), wish: decision.wish }] : []))
    .toSorted((a, b) => Number(isInPlace(a.wish)) - Number(isInPlace(b.wish)) || a.age - b.age)
    .map(({ wish }) => wish);
  // Of the orders of a lane at most one is a build.
  const pending = world.pendingStarts.size;
  const running = world.builds.all.filter(({ status }) => status === "running").length + pending;
  const harvests = uniqBy(wishes.filter(isHarvest), ({ inputs }) => inputs.baseAmi);
  const harvesters = new Map(harvests.map((wish) => [wish.inputs.baseAmi, wish]));
  /** The wish that harvests for this one: the first for the same image. For another purpose it is the wish itself. */
  const harvesterFor = (wish: BuildWish) => (isHarvest(wish) && harvesters.get(wish.inputs.baseAmi)) || wish;
  const first = wishes.filter((wish) => harvesterFor(wish) === wish).slice(0, Math.max(0, maxParallel - running));
  return candidates.map(({ decision }) => {
    if (decision.decision !== "start" || first.includes(decision.wish)) return decision;
    const harvester = harvesterFor(decision.wish);
    const why = first.includes(harvester)
      ? `waits for the harvest of ${harvester.inputs.baseAmi} that ${harvester.variant.name} starts`
      : `waits for its turn: maxParallel is ${maxParallel}`;
    return { decision: "wait", reasons: [...decision.wish.reasons, why], until: undefined };
  });
}

function isInPlace({ purpose }: BuildWish): boolean {
  return purpose === "prove-place";
}

function isHarvest(wish: BuildWish): wish is HarvestWish {
  return wish.purpose === "harvest";
}
