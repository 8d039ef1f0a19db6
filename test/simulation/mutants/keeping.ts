import type { Mutant } from "../mutants.ts";

/** Faults in what decides about old images and leftovers. */
export const keepingMutants: Mutant[] = [
  {
    name: "retention keeps too few",
    file: "domain/publishing/retention-phases.ts",
    from: "state.publishable.slice(0, keep)",
    to: "state.publishable.slice(0, keep - 1)",
    breaks: ["retention keeps the newest"],
  },
  {
    name: "retention spares no young image",
    file: "domain/publishing/retention-phases.ts",
    from: "return now < until ?",
    to: "return now < until - 11 * 60 * 60_000 ?",
    breaks: ["nothing young is disabled", "nothing is deregistered before its grace"],
  },
  {
    name: "grace counts from the creation",
    file: "domain/publishing/retention-phases.ts",
    from: "image.retiredAt + grace",
    to: "image.createdAt + grace",
    breaks: ["nothing is deregistered before its grace"],
  },
  {
    name: "what a channel holds may go",
    file: "domain/publishing/retention.ts",
    from: "...channels(image),",
    to: "...(world.holders.has(image.id) ? [] : channels(image)),",
    // DescribeImageReferences tells of the channel's parameter, too.
    also: {
      from: "const use = describeUse(world.references[image]);",
      to: `const told = world.references[image];
  const isOfParameters = told?.state === "used" && told.by.every((by) => by.startsWith("parameter/"));
  const use = isOfParameters ? undefined : describeUse(told);`,
    },
    breaks: ["nothing is disabled that a channel holds"],
  },
  {
    name: "what is used may go",
    file: "domain/publishing/retention.ts",
    from: "const use = describeUse(world.references[image]);",
    to: 'const use = decision === "disable" ? undefined : describeUse(world.references[image]);',
    breaks: ["nothing is disabled that is used"],
  },
  {
    name: "the sweep believes tags",
    file: "domain/building/sweep.ts",
    from: "return whyUnlike(world, leftover) ?? whyUnconfirmed(world, leftover);",
    to: "return undefined;",
    breaks: ["the sweep leaves alone what is not ours"],
  },
];
