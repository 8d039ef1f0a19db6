import * as z from "zod";
import { count } from "../terminal/text.ts";
import type { Check } from "./check.ts";
import { type Findings, type Line, linesOf } from "./lines.ts";

const findings = {
  "no-fleets": { mark: "✓", means: "config.ts has no fleets, so no guard can refuse one." },
  "fleets-unguarded": { mark: "✓", means: "No guard refuses a fleet, and no rollout has failed." },
  "fleet-refused": {
    mark: "✗",
    means: "A guard refuses the fleet: it is not rolled however much a person wants it.",
    remedy: "The line says the way out; docs/fleets.md has all guards.",
  },
  "fleet-failed": {
    mark: "✗",
    means: "AWS failed or refused the fleet's rollout, and the service does not try the same image again.",
    remedy: "Mend what AWS says, then eks-windows-images rollout with the name of the fleet.",
  },
  "fleet-moved": {
    mark: "✗",
    means: "Somebody else has changed the group, and the service leaves it alone.",
    remedy: "eks-windows-images release with the name of the fleet lets the service go on.",
  },
  "fleet-unseen": {
    mark: "?",
    means: "The service cannot see the fleet's nodes.",
    remedy: "The line quotes AWS. Check cluster and group in config.ts.",
  },
  "fleet-not-deployed": {
    mark: "?",
    means: "config.ts names a fleet that the deployed service does not know.",
    remedy: "Deploy.",
  },
} as const satisfies Findings;

const line = linesOf(findings);

/** What `GET /` says of fleets. */
const Status = z.object({
  fleets: z.array(
    z.object({
      fleet: z.string(),
      state: z.string(),
      reasons: z.array(z.string()),
      nodes: z.array(z.unknown()).nullable(),
    }),
  ),
  next: z.string().nullish(),
});
export type FleetState = z.infer<typeof Status>["fleets"][number];

export const fleetsCheck: Check = {
  name: "fleets",
  about: "Whether a guard refuses a fleet",
  findings,
  onLocalStack: true,
  async run({ configuration: { fleets }, get }) {
    if (fleets.length === 0) return judgeFleets([], []);
    const states: FleetState[] = [];
    for (let path: string | null | undefined = "/?images=none"; path; ) {
      const page: z.infer<typeof Status> = Status.parse(await get(path));
      states.push(...page.fleets);
      path = page.next;
    }
    return judgeFleets(
      fleets.map(({ name }) => name),
      states,
    );
  },
};

export function judgeFleets(names: readonly string[], states: readonly FleetState[]): Line[] {
  if (names.length === 0) return [line("no-fleets", "config.ts has none")];
  const judged = names.flatMap((name) =>
    judgeFleet(
      name,
      states.find(({ fleet }) => fleet === name),
    ),
  );
  return judged.length > 0 ? judged : [line("fleets-unguarded", `${count(names.length, "fleet")}, none refused`)];
}

function judgeFleet(name: string, status: FleetState | undefined): Line[] {
  if (!status) return [line("fleet-not-deployed", `${name} is not deployed`)];
  const { state, reasons, nodes } = status;
  const why = `${name}: ${reasons.join("; ") || state}`;
  if (state === "refused") return [line("fleet-refused", why)];
  if (state === "failed") return [line("fleet-failed", why)];
  if (state === "moved") return [line("fleet-moved", why)];
  return nodes === null ? [line("fleet-unseen", why)] : [];
}
