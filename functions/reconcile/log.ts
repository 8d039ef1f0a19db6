import { hour, iso } from "../config/time.ts";
import type { Staleness } from "../domain/building/staleness.ts";
import type { IndexedWorld } from "../domain/indexed-world.ts";
import type { Action } from "../domain/plan.ts";
import type { Trigger } from "../domain/trigger.ts";
import type { World } from "../domain/world.ts";
import { logger } from "../telemetry/logger.ts";
import type { Outcome } from "./act.ts";

// The log lines of one reconcile run. Saved queries read their fields (infra/queries.ts).

/** How many triggers a log line lists. */
const maxTriggers = 10;

/** Logs what started the run. Every later line of the run lists the triggers, too. */
export function logTriggers(triggers: readonly Trigger[]): void {
  for (const trigger of triggers) {
    if (trigger.kind === "unknown") logger.warn("unrecognised trigger, reconciling anyway", { trigger });
    else logger.info("trigger", { trigger });
  }
  logger.appendKeys({ triggers: listTriggers(triggers) });
}

/** Logs an action and its result, with the correlation ID of what it was about. */
export function logOutcome(outcome: Outcome, world: IndexedWorld): void {
  const { action, ...result } = outcome;
  const { do: what, variant, ...rest } = action;
  const fields = {
    variant,
    token: tokenOf(action, world),
    ...rest,
    ...("notification" in rest && { notification: undefined, fact: rest.notification }),
    ...("order" in rest && { order: undefined, inputs: rest.order.inputs }),
    ...("until" in rest && { until: rest.until === undefined ? null : iso(rest.until) }),
  };
  if (result.result === "failed") logger.error(`${what} failed`, { ...fields, result: "failed", error: result.error });
  else logger[result.result === "postponed" ? "warn" : "info"](what, { ...fields, ...result });
}

/** Logs that the sweep is blind, and that it is unknown what has Fast Launch. The rest is in the log as actions. */
export function logUnread({ leftovers, fastLaunch }: Pick<World, "leftovers" | "fastLaunch">): void {
  if (leftovers.unread) logger.warn("leftovers unknown", { error: leftovers.unread });
  if (fastLaunch?.state === "unknown") logger.warn("fast launch unknown", { error: fastLaunch.why });
}

/** Logs the staleness of each variant, which the metrics only summarize. */
export function logStaleness(all: readonly Staleness[], { now }: Pick<World, "now">): void {
  for (const { behindSince, failingSince, ...staleness } of all)
    logger.info("standing", {
      ...staleness,
      failingSince: failingSince === undefined ? null : iso(failingSince),
      behindSince: behindSince === undefined ? null : iso(behindSince),
      hoursBehind: behindSince === undefined ? 0 : Math.round((now - behindSince) / hour),
    });
}

/** The triggers of a run, each once: `build project:7 SUCCEEDED`. A long list is cut short. */
export function listTriggers(triggers: readonly Trigger[]): string[] {
  const texts = [...new Set(triggers.map(({ kind, about }) => `${kind} ${about}`))];
  const more = texts.length - maxTriggers;
  return more > 0 ? [...texts.slice(0, maxTriggers), `and ${more} more`] : texts;
}

/**
 * The correlation ID of an action: the token of its order, of the build that a notification is about, or of the build
 * that made the image.
 */
export function tokenOf(action: Action, world: IndexedWorld): string | undefined {
  if ("order" in action) return action.order.token;
  const about = action.do === "announce" ? action.notification : action;
  if ("token" in about && about.token) return about.token;
  const builds = world.builds.byVariant.get(action.variant) ?? [];
  const build = "build" in about ? builds.find(({ id }) => id === about.build) : undefined;
  const image = "image" in about ? world.imagesById().get(about.image ?? "") : undefined;
  return build?.token ?? image?.token;
}
