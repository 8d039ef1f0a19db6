import type { Mutant } from "../mutants.ts";

/** Faults in what decides about EC2 Fast Launch. */
export const fastLaunchMutants: Mutant[] = [
  {
    name: "what nothing starts keeps Fast Launch",
    file: "domain/fast-launch/needs.ts",
    from: 'return none("no channel holds it, no fleet starts it',
    to: 'return spare("no channel holds it, no fleet starts it',
    firstSeed: 17,
    breaks: ["no Fast Launch for an image that nothing starts for longer than two reconciles"],
  },
  {
    name: "an image goes with its Fast Launch",
    file: "domain/fast-launches.ts",
    from: "  if (!shown || !shownOf(all, image)) return undefined;\n  return shown.state",
    to: "  if (!shown || shown) return undefined;\n  return shown.state",
    firstSeed: 17,
    breaks: ["no image goes while it has Fast Launch"],
  },
];
