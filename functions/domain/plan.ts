import type { Action } from "./actions.ts";
import { orderBuild } from "./build-orders.ts";
import { decideBuild } from "./building/decide.ts";
import type { BuildDecision } from "./decisions.ts";
import { dueFacts, dueFactsOfRemoved, type Fact } from "./notifications/due.ts";
import { channelActions } from "./publishing/actions.ts";
import { retirements, retirementsOfRemoved } from "./publishing/retention.ts";
import { withdrawals } from "./publishing/withdrawal.ts";
import { type Stock, stateOf, stocksOfRemoved, type VariantState } from "./variant-state.ts";
import type { World } from "./world.ts";

/**
 * What to do about the world as it is: no I/O, no clock, no randomness. The variants are independent of each other (rule 14). What a
 * channel holds is announced before it moves on, so that no publication goes untold.
 */
export function plan(world: World): Action[] {
  const states = world.configuration.variants.map((variant) => stateOf(world, variant));
  const decisions = withinLimits(
    world,
    states.map((state) => ({ state, decision: decideBuild(world, state) })),
  );
  const wanted = states.flatMap((state, index): Action[] => {
    const variant = state.variant.name;
    return [
      ...dueFacts(world, state).map(announcement),
      ...channelActions(world, state),
      ...withdrawals(world, state),
      ...retirements(world, state),
      toAction(world, decisions[index] as BuildDecision, variant),
    ];
  });
  return [...wanted, ...stocksOfRemoved(world).flatMap((stock) => aboutRemoved(world, stock))];
}

/** Of a variant that is configured no more only what is revoked matters, for somebody may still use its images, and whether they may go. */
function aboutRemoved(world: World, stock: Stock): Action[] {
  return [
    ...dueFactsOfRemoved(world, stock).map(announcement),
    ...withdrawals(world, stock),
    ...retirementsOfRemoved(world, stock),
  ];
}

function announcement(fact: Fact): Action {
  return { do: "announce", variant: fact.variant, fact };
}

type Wish = Extract<BuildDecision, { decision: "start" }>["wish"];

/** Rule 10: at most `maxParallel` builds at once, the variant whose image is oldest first, and one harvest of an image for all variants. */
function withinLimits(world: World, candidates: { state: VariantState; decision: BuildDecision }[]): BuildDecision[] {
  const { maxParallel } = world.configuration.policies;
  const running = world.builds.filter(({ status }) => status === "running").length;
  const age = (state: VariantState) => state.publishable[0]?.createdAt ?? 0;
  const starts = candidates
    .flatMap(({ state, decision }) => (decision.decision === "start" ? [{ age: age(state), wish: decision.wish }] : []))
    .toSorted((a, b) => a.age - b.age)
    .map(({ wish }) => wish);
  const first = starts
    .filter((wish) => harvesterOf(wish, starts) === wish)
    .slice(0, Math.max(0, maxParallel - running));
  return candidates.map(({ decision }) => {
    if (decision.decision !== "start" || first.includes(decision.wish)) return decision;
    const harvester = harvesterOf(decision.wish, starts);
    const why = first.includes(harvester)
      ? `waits for the harvest of ${harvester.inputs.baseAmi} that ${harvester.variant.name} starts`
      : `waits for its turn: at most ${maxParallel} builds run at once (maxParallel)`;
    return { decision: "wait", reasons: [...decision.wish.reasons, why], until: undefined };
  });
}

/** Who harvests for this wish: the first that wants to harvest from the same image; for everything else itself. */
function harvesterOf(wish: Wish, wishes: Wish[]): Wish {
  const same = (other: Wish) => other.purpose === "harvest" && other.inputs.baseAmi === wish.inputs.baseAmi;
  return (wish.purpose === "harvest" && wishes.find(same)) || wish;
}

function toAction(world: World, decision: BuildDecision, variant: string): Action {
  if (decision.decision === "nothing") return { do: "nothing", variant, reasons: decision.reasons };
  if (decision.decision === "wait")
    return { do: "wait", variant, for: "build", until: decision.until, reasons: decision.reasons };
  const order = orderBuild(decision.wish, world);
  return { do: decision.wish.purpose, variant, order, reasons: decision.wish.reasons };
}
