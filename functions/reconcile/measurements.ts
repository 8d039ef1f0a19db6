import { sumBy } from "es-toolkit";
import { day, hour } from "../config/time.ts";
import { type Staleness, stalenessOf } from "../domain/building/staleness.ts";
import { countLeftovers } from "../domain/building/sweep.ts";
import type { Build } from "../domain/builds.ts";
import { fastLaunchOf, hasFailed } from "../domain/fast-launches.ts";
import { oldestImageAge } from "../domain/fleets/behind.ts";
import { decideFleets, type FleetDecision } from "../domain/fleets/decide.ts";
import { fleetStates, isKnown, nodesBehind } from "../domain/fleets/fleet-state.ts";
import { revokedInUse } from "../domain/fleets/revoked-images.ts";
import type { IndexedWorld } from "../domain/indexed-world.ts";
import type { Notification } from "../domain/notifications/due.ts";
import { sourceNotifications } from "../domain/notifications/source-notifications.ts";
import { unrecordedImages } from "../domain/notifications/unrecorded-images.ts";
import { fastLaunchesIn, isKnown as isKnownPlace, placeStates } from "../domain/places/place-state.ts";
import { countUnfinished } from "../domain/publishing/unfinished-images.ts";
import { publishedOf } from "../domain/slow-starts.ts";
import type { Trigger } from "../domain/trigger.ts";
import type { VariantState } from "../domain/variant-state.ts";
import type { MetricName } from "../telemetry/metric-names.ts";
import type { Outcome } from "./act.ts";
import { isUrgent } from "./urgency.ts";

export interface CompletedRun {
  world: IndexedWorld;
  states: readonly VariantState[];
  triggers: readonly Trigger[];
  outcomes: readonly Outcome[];
  /** Duration of the run. */
  milliseconds: number;
}

/** The staleness of each variant, in the order of the configuration. */
export function stalenessOfAll(world: IndexedWorld, states: readonly VariantState[]): Staleness[] {
  return states.map((state) => stalenessOf(world, state));
}

/**
 * What one run adds to the metrics. Counts of zero are left out, because a metric costs nothing in the hours in which
 * it is not sent.
 *
 * The run that starts a build counts it as started, and the run that its event triggered counts it as ended. CodeBuild
 * usually sends each event once. An event delivered in two batches counts twice, a lost event is not counted, and a run
 * that throws is not measured, because its batch comes again. Proofs and harvests count as builds.
 */
export function measurementsOf({
  world,
  states,
  triggers,
  outcomes,
  milliseconds,
}: CompletedRun): Partial<Record<MetricName, number>> {
  const staleness = stalenessOfAll(world, states);
  const ended = world.builds.all.filter((build) => triggers.some((trigger) => isAbout(trigger, build)));
  const counts = {
    HoursBehind: Math.max(0, ...staleness.map(({ behindSince = world.now }) => (world.now - behindSince) / hour)),
    FailingVariants: staleness.filter(({ failing }) => failing).length,
    SilentSources: silentSources(world, states),
    BuildsStarted: outcomes.filter(isStart).length,
    BuildsSucceeded: ended.filter(({ status }) => status === "succeeded").length,
    BuildsFailed: ended.filter(({ status }) => status === "failed").length,
    // Nobody else would hear that the sweep is blind.
    ActionsFailed: outcomes.filter(isFailure).length + (world.leftovers.unread ? 1 : 0) + unread(world),
    BlockedVariants: blockedVariants(staleness, outcomes),
    StuckVariants: staleness.filter((one) => isStuck(one, world)).length,
    HoursPaused: Math.max(0, ...Object.values(world.pauses).map(({ at }) => (world.now - at) / hour)),
    Leftovers: countLeftovers(world) + countUnfinished(world),
    ...countsOfFleets(world),
    SlowestStartSeconds: slowestStart(world, states),
    FastLaunchFailures: fastLaunchFailures(world),
    UnrecordedImages: unrecordedImages(world, [...world.images.values()].flat()).length,
  };
  return {
    ReconcileDuration: milliseconds,
    ...Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0)),
  };
}

/**
 * The longest start among the variants' newest published images, in seconds; 0 if none was measured or nothing was
 * published for a day. It changes only when something is published, and costs money in each hour in which it is sent.
 */
function slowestStart({ now }: IndexedWorld, states: readonly VariantState[]): number {
  const newest = states.flatMap(({ images }) => publishedOf(images)[0] ?? []);
  const isFresh = newest.some(({ held }) => now - Math.max(...Object.values(held)) < day);
  return isFresh ? Math.max(0, ...newest.flatMap(({ measured }) => measured.start ?? [])) / 1_000 : 0;
}

function countsOfFleets(world: IndexedWorld) {
  const states = fleetStates(world);
  const ages = states.flatMap((state) => (isKnown(state) ? (oldestImageAge(world, state) ?? []) : []));
  return {
    NodesBehind: sumBy(states, (state) => nodesBehind(state).length),
    OldestNodeImageHours: Math.max(0, ...ages) / hour,
    FleetsInTrouble: decideFleets(world).filter((decision) => isInTrouble(world, decision)).length,
  };
}

/**
 * Whether a fleet runs or would start what no node should start, or cannot be rolled without a person. One that is only
 * watched is not rolled anyway.
 */
function isInTrouble(world: IndexedWorld, decision: FleetDecision): boolean {
  if (isKnown(decision.state) && revokedInUse(world, decision.state).length > 0) return true;
  if (decision.state.fleet.mode === "watch") return false;
  return ["failed", "refused", "moved"].includes(decision.decision) || ("isStuck" in decision && decision.isStuck);
}

/**
 * Fleets that could not be read, although their place answers, and one more if it is unknown what has Fast Launch.
 */
function unread(world: IndexedWorld): number {
  const unseen = world.fastLaunch?.state === "unknown" ? 1 : 0;
  const fleets = fleetStates(world).filter(
    ({ observed, place }) => observed.state === "unknown" && place?.observed.state !== "unknown",
  );
  return fleets.length + unseen;
}

/** Images, at home and in places, for which EC2 failed to do what this service has asked of it. */
function fastLaunchFailures(world: IndexedWorld): number {
  const inPlaces = placeStates(world).map((state) => (isKnownPlace(state) ? fastLaunchesIn(state) : undefined));
  const shown = [world.fastLaunch, ...inPlaces].flatMap((all) =>
    all?.state === "known" ? Object.keys(all.recorded).flatMap((image) => fastLaunchOf(all, image) ?? []) : [],
  );
  return shown.filter(hasFailed).length;
}

/** Whether only a person can help, or probably so. */
function isStuck({ gaveUp, failingSince }: Staleness, { now }: IndexedWorld): boolean {
  return gaveUp || (failingSince !== undefined && now - failingSince > day);
}

/** What is urgent must not wait for run after run. */
function isFailure({ action, result }: Outcome): boolean {
  return result === "failed" || (result === "postponed" && isUrgent(action));
}

/** Whether the outcome is a new build, not one that CodeBuild knew already although its list did not show it. */
function isStart({ action, ...result }: Outcome): boolean {
  return "order" in action && result.result === "done" && result.detail !== "already started";
}

function isAbout({ kind, about }: Trigger, { id }: Build): boolean {
  return kind === "build" && about.startsWith(`${id} `);
}

/** Variants may share a source. A source that does not answer today is not silent. */
function silentSources(world: IndexedWorld, states: readonly VariantState[]): number {
  const notifications = states.flatMap((state) => sourceNotifications(world, state));
  return new Set(notifications.map(sourceOf)).size;
}

/**
 * Variants that cannot be built, whether they are behind or not (see `Staleness.blockedBy`), or for which CodeBuild has
 * no room.
 */
function blockedVariants(staleness: readonly Staleness[], outcomes: readonly Outcome[]): number {
  const blocked = staleness.filter(({ blockedBy }) => blockedBy.length > 0).map(({ variant }) => variant);
  const refused = outcomes.filter(({ result }) => result === "no-room").map(({ action }) => action.variant);
  return new Set([...blocked, ...refused]).size;
}

function sourceOf(notification: Notification): string {
  if ("parameter" in notification) return notification.parameter;
  return notification.kind === "kubernetes-missing" ? notification.minor : notification.key;
}
