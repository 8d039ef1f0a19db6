import { hour } from "../config/time.ts";
import { type Standing, standingOf } from "../domain/building/staleness.ts";
import type { Fact } from "../domain/notifications/due.ts";
import { sourceFacts } from "../domain/notifications/source-notifications.ts";
import type { Trigger } from "../domain/trigger.ts";
import { stateOf } from "../domain/variant-state.ts";
import type { World } from "../domain/world.ts";
import type { Build } from "../io/builds.ts";
import type { MetricName } from "../telemetry/metric-names.ts";
import type { Outcome } from "./act.ts";

/** One look, done. */
export interface Look {
  world: World;
  triggers: readonly Trigger[];
  outcomes: readonly Outcome[];
  /** What it took. */
  milliseconds: number;
}

/** How each variant stands, in the order of the configuration. */
export function standingsOf(world: World): Standing[] {
  return world.configuration.variants.map((variant) => standingOf(world, stateOf(world, variant)));
}

/**
 * What one look adds to the metrics. What there was nothing of to count is left out: a metric costs nothing in the hours in which it is not sent.
 *
 * A build is counted as started by the look that started it, and as ended by the one that its event triggered: CodeBuild tells of each end
 * once, as a rule. An event that is delivered twice in two batches counts twice, one that is lost does not count; a look that throws is not
 * measured, because its batch comes again. A proof and a harvest are builds, too.
 */
export function measurementsOf({ world, triggers, outcomes, milliseconds }: Look): Partial<Record<MetricName, number>> {
  const standings = standingsOf(world);
  const ended = world.builds.filter((build) => triggers.some((trigger) => tellsOf(trigger, build)));
  const counts = {
    BuildsStarted: outcomes.filter(isStart).length,
    BuildsSucceeded: ended.filter(({ status }) => status === "succeeded").length,
    BuildsFailed: ended.filter(({ status }) => status === "failed").length,
    ActionsFailed: outcomes.filter(({ result }) => result === "failed").length,
    BlockedVariants: blockedVariants(standings, outcomes),
  };
  return {
    HoursBehind: Math.max(0, ...standings.map(({ behindSince = world.now }) => (world.now - behindSince) / hour)),
    FailingVariants: standings.filter(({ failing }) => failing).length,
    SilentSources: silentSources(world),
    ReconcileDuration: milliseconds,
    ...Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0)),
  };
}

/** Not an order that CodeBuild knew already, though its list did not show it. */
function isStart({ action, ...result }: Outcome): boolean {
  return "order" in action && result.result === "done" && result.detail !== "already started";
}

function tellsOf({ kind, about }: Trigger, { id }: Build): boolean {
  return kind === "build" && about.startsWith(`${id} `);
}

/** Several variants may have one source. One that does not answer today is no silent one. */
function silentSources(world: World): number {
  const facts = world.configuration.variants.flatMap((variant) => sourceFacts(world, stateOf(world, variant)));
  return new Set(facts.map(sourceOf)).size;
}

/** Nothing can be built for them, whether they are behind or not: see `Standing.blockedBy`; or CodeBuild has no room. */
function blockedVariants(standings: readonly Standing[], outcomes: readonly Outcome[]): number {
  const blocked = standings.filter(({ blockedBy }) => blockedBy.length > 0).map(({ variant }) => variant);
  const refused = outcomes.filter(({ result }) => result === "no-room").map(({ action }) => action.variant);
  return new Set([...blocked, ...refused]).size;
}

function sourceOf(fact: Fact): string {
  if ("parameter" in fact) return fact.parameter;
  return fact.kind === "kubernetes-missing" ? fact.minor : fact.key;
}
