import type { Mutant } from "../mutants.ts";

const started = "nothing is disabled, deregistered or unshared that a place still starts";

/** Faults in what decides about places. A place is in four of eleven histories. */
export const placesMutants: Mutant[] = [
  {
    name: "tags say which image is a copy",
    file: "domain/places/place-state.ts",
    from: "const copies = placedImage(state, image).copies.map(({ id, at }) => ({",
    to: `const copies = Object.values(state.observed.images)
      .flatMap((one) => (one.source === image ? [{ id: one.id, at: one.createdAt }] : []))
      .map(({ id, at }) => ({`,
    firstSeed: 8,
    breaks: ["only recorded copies are published in a place", "nothing is copied twice"],
  },
  {
    name: "a place waits with a revoked image until home's is there",
    file: "domain/places/channels-there.ts",
    from: ": fallback(world, state, { variant, channel, leaves });",
    to: ": undefined;",
    firstSeed: 5,
    breaks: ["no place holds what home revoked for longer than two reconciles after it answers"],
  },
  {
    name: "a place that is away needs nothing",
    file: "domain/places/use-in-places.ts",
    from: "if (!isKnown(state)) return",
    to: "if (!isKnown(state)) return undefined;\n  if (!isKnown(state)) return",
    firstSeed: 129,
    breaks: ["a place that does not answer is changed by nobody", started],
  },
  {
    name: "what a place uses of home's images may go",
    file: "domain/places/use-in-places.ts",
    from: "return use &&",
    to: "return use && undefined &&",
    firstSeed: 126,
    breaks: [started],
  },
  {
    name: "what a place uses of its copies may go",
    file: "domain/places/copies-retention.ts",
    from: 'return use ? { ...verdict, decision: "keep", reasons: [use] } : verdict;',
    to: "return verdict;",
    firstSeed: 254,
    breaks: [started],
  },
  {
    name: "an account's permissions are taken from one place for all",
    file: "domain/places/use-in-places.ts",
    from: "state.place.account === account &&",
    to: 'state.place.account === "" && account === "" &&',
    firstSeed: 5,
    breaks: [started],
  },
  {
    name: "a copy under way is not seen",
    file: "domain/places/place-state.ts",
    from: "const lives = copies.find(({ seen, at }) => (seen ? !hasFailed(seen) : now - at < listedWithin));",
    to: 'const lives = copies.find(({ seen }) => seen && !hasFailed(seen) && seen.state !== "pending");',
    breaks: ["nothing is copied twice", "nothing is taken from a copy under way"],
  },
  {
    name: "a place takes the newest image",
    file: "domain/places/channels-there.ts",
    from: "const held = world.channels[variant]?.[channel]?.image;",
    to: "const held = world.images.get(variant)?.at(-1)?.id;",
    breaks: ["no place's channel gets an image that home's channel never held", "nothing unproved is published"],
  },
];
