import type { Mutant } from "../mutants.ts";

/** Faults in what decides about builds. */
export const buildingMutants: Mutant[] = [
  {
    name: "a running build is not seen",
    file: "domain/building/decide.ts",
    from: 'const running = state.builds.find(({ status }) => status === "running");',
    to: 'const running = state.builds.find(({ status, purpose }) => status === "running" && purpose === "prove");',
    breaks: ["a variant has one build at a time"],
  },
  {
    name: "a build that CodeBuild does not list yet is not seen",
    file: "domain/starts.ts",
    from: "return records.map(({ name, at }) => {",
    to: "return records.slice(0, 0).map(({ name, at }) => {",
    firstSeed: 32,
    breaks: ["a variant has one build at a time", "at most maxParallel builds run"],
  },
  {
    name: "any number of builds run at once",
    file: "domain/building/limits.ts",
    from: "Math.max(0, maxParallel - running)",
    to: "Math.max(1, maxParallel - running)",
    breaks: ["at most maxParallel builds run"],
  },
  {
    name: "the service never gives up",
    file: "domain/building/retries.ts",
    from: 'if (over !== undefined) return { when: "never", why: over };',
    to: "",
    breaks: ["what fails for good is not built for ever", "what a person has stopped waits for a change or a request"],
  },
  {
    name: "a failure is followed by no wait",
    file: "domain/building/decide.ts",
    from: "return retry.at > world.now ? { why: retry.why, until: retry.at } : undefined;",
    to: "return undefined;",
    breaks: ["a failure is followed by a wait"],
  },
  {
    name: "the inputs of a revoked image are built again",
    file: "domain/building/decide.ts",
    from: "image.made && image.revoked !== undefined && drift",
    to: "image.made && image.revoked === undefined && drift",
    firstSeed: 9,
    breaks: ["the inputs of a revoked image are not built again", "nothing is built twice"],
  },
  {
    name: "an image is proved as often as it takes",
    file: "domain/unproved-image.ts",
    from: "export const maxProofAttempts = 2;",
    to: "export const maxProofAttempts = 5;",
    firstSeed: 28,
    breaks: ["an image is proved in two attempts"],
  },
];
