import type { Mutant } from "../mutants.ts";

/** Faults in what decides about fleets. */
export const rollingMutants: Mutant[] = [
  {
    name: "fleets keep no window",
    file: "domain/fleets/turn.ts",
    from: "...(order || isAtOnce ? [] : ofWindow(world, state)),",
    to: "",
    breaks: ["windows are kept"],
  },
  {
    name: "a watched fleet is rolled",
    file: "domain/fleets/actions.ts",
    from: 'fleet.mode === "watch" ? watched(write) : write',
    to: "write",
    firstSeed: 65,
    breaks: ["a watched fleet is never written"],
  },
  {
    name: "the first rollout waits for nobody",
    file: "domain/fleets/turn.ts",
    from: "if (history.attempts.length === 0)",
    to: "if (history.attempts.length < 0)",
    breaks: ["the first rollout waits for a person"],
  },
  {
    name: "a rollout under way is not seen",
    file: "domain/fleets/decide.ts",
    from: 'if (stage.stage === "running" && !mayLeave(world, state, stage)) return underWay(world, state, stage);',
    to: "",
    breaks: ["at most one rollout of a fleet"],
  },
  {
    name: "a fleet takes what a channel does not hold",
    file: "domain/fleets/fleet-state.ts",
    from: "desired: heldFor(world, { fleet, place })?.image,",
    to: "desired: world.images.get(fleet.variant)?.at(-1)?.id,",
    breaks: ["no fleet is moved to an image that its channel does not hold"],
  },
  {
    name: "a fleet takes a revoked image",
    file: "domain/fleets/decide.ts",
    from: "const revoked = whyNotStarted(world, state, desired);",
    to: "const revoked = undefined;",
    also: { from: "const unfit = whyUnfit(world, state);", to: "const unfit = undefined;" },
    firstSeed: 10,
    breaks: ["no fleet gets a revoked image"],
  },
  {
    name: "the alarms of the first fleet are not heard",
    file: "domain/fleets/turn.ts",
    from: "if (!health.healthy) return wait(",
    to: "if (!health.healthy && health.reasons.length < 0) return wait(",
    firstSeed: 120,
    breaks: ["no fleet follows one whose alarm rings"],
  },
  {
    name: "a hold is not seen",
    file: "domain/fleets/hold.ts",
    from: "return hold && describeHold(name, hold);",
    to: "return undefined;",
    firstSeed: 45,
    breaks: ["a held fleet is left alone"],
  },
];
