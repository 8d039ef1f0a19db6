import type { BuildDecision, BuildWish } from "../build-orders.ts";
import type { VariantState } from "../variant-state.ts";
import type { World } from "../world.ts";

/** A variant and what was decided for it, before the limits that all variants share. */
export interface Candidate {
  state: VariantState;
  decision: BuildDecision;
}

/**
 * Rule 10: at most `maxParallel` builds run at once. The variant with the oldest image comes first, and one harvest of
 * an image serves all variants. The decisions keep their order.
 */
export function withinLimits(world: World, candidates: readonly Candidate[]): BuildDecision[] {
  const { maxParallel } = world.configuration.policies;
  const running = world.builds.filter(({ status }) => status === "running").length;
  const age = ({ publishable }: VariantState) => publishable[0]?.createdAt ?? 0;
  const wishes = candidates
    .flatMap(({ state, decision }) => (decision.decision === "start" ? [{ age: age(state), wish: decision.wish }] : []))
    .toSorted((a, b) => a.age - b.age)
    .map(({ wish }) => wish);
  const first = wishes
    .filter((wish) => harvesterFor(wish, wishes) === wish)
    .slice(0, Math.max(0, maxParallel - running));
  return candidates.map(({ decision }) => {
    if (decision.decision !== "start" || first.includes(decision.wish)) return decision;
    const harvester = harvesterFor(decision.wish, wishes);
    const why = first.includes(harvester)
      ? `waits for the harvest of ${harvester.inputs.baseAmi} that ${harvester.variant.name} starts`
      : `waits for its turn: maxParallel is ${maxParallel}`;
    return { decision: "wait", reasons: [...decision.wish.reasons, why], until: undefined };
  });
}

/** The wish that harvests for this one: the first for the same image. For another purpose it is the wish itself. */
function harvesterFor(wish: BuildWish, wishes: readonly BuildWish[]): BuildWish {
  const same = (other: BuildWish) => other.purpose === "harvest" && other.inputs.baseAmi === wish.inputs.baseAmi;
  return (wish.purpose === "harvest" && wishes.find(same)) || wish;
}
