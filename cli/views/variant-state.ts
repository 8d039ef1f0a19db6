import type { VariantStatus } from "../service/status.ts";
import { since } from "../terminal/text.ts";

/** How a variant or a fleet is, in a word or two, and how good that is. */
export interface State {
  words: string;
  tone: "good" | "busy" | "bad";
}

const doing = { build: "building", prove: "proving", harvest: "harvesting", "prove-place": "proving" } as const;

export function variantState(variant: VariantStatus, now: string): State {
  const { paused, running, gaveUp, failing, blockedBy, behindSince, unknown } = variant;
  if (paused !== null) return { words: "paused", tone: "bad" };
  if (running) return { words: `${doing[running.purpose]} (${running.phase})`, tone: "busy" };
  if (gaveUp) return { words: "gave up", tone: "bad" };
  if (failing) return { words: "failing", tone: "bad" };
  if (blockedBy.length > 0) return { words: "blocked", tone: "bad" };
  if (behindSince !== null) return { words: `behind ${since(behindSince, now)}`, tone: "busy" };
  if (unknown.length > 0) return { words: "unknown", tone: "bad" };
  return { words: "fresh", tone: "good" };
}

/** Whether a person has to do something about it: what `status --check` looks for. */
export function needsPerson({ gaveUp, failing, blockedBy, unknown }: VariantStatus): boolean {
  return gaveUp || failing || blockedBy.length > 0 || unknown.length > 0;
}

/** What the last failure says. */
export function failureText({ lastFailure }: VariantStatus): string | undefined {
  if (!lastFailure) return undefined;
  const { build, at, class: failureClass, cause } = lastFailure;
  return `${build} failed at ${at} (${failureClass ?? "unknown class"}): ${cause ?? "no cause is known"}`;
}
