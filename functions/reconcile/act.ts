import { limitAsync, sortBy } from "es-toolkit";
import type { ChannelName } from "../config/channel-names.ts";
import type { Environment } from "../config/environment.ts";
import type { IndexedWorld } from "../domain/indexed-world.ts";
import type { Action } from "../domain/plan.ts";
import { removeLeftover } from "../io/leftover-removal.ts";
import { PartlyNotified } from "../io/notifications.ts";
import { notify } from "./notify.ts";
import { changePlace, notePlace } from "./places.ts";
import { isPausedNow } from "./recheck.ts";
import { changeFastLaunch } from "./recheck-fast-launch.ts";
import { arrive, changeFleet, conclude, note } from "./rollouts.ts";
import { start } from "./starts.ts";
import { placeOf } from "./urgency.ts";
import { confirm, type Run, write } from "./writes.ts";

/** The result of one action. */
export type Outcome = { action: Action } & (
  | { result: "done"; detail?: string }
  | { result: "no-room"; detail: string }
  /** The sweep found that something still uses the resource, and the next reconcile run tries again. */
  | { result: "in-use" }
  /** Nothing was written: the world has changed since the plan was made, and the next reconcile run decides anew. */
  | { result: "stale" }
  /** Not done because subscribers could not be notified of what the channel holds, or that could not be recorded. */
  | { result: "held-back" }
  /** Not done because the run's time is nearly up. The next run plans it again. */
  | { result: "postponed" }
  | { result: "failed"; error: Error }
);

/**
 * How many variants are acted on side by side. More would only wait for their turn to call AWS (io/pace.ts) while what
 * they have just read ages.
 */
const variantsAtOnce = 20;

/**
 * Carries out a plan: the variants side by side, the urgent ones first, the actions of one variant in order. A failed
 * action is planned again by the next reconcile run and does not stop the others, with one exception: if subscribers
 * could not be notified of a channel's image, or it could not be recorded that the channel holds it, the channel waits,
 * unless no node should start that image. It does not wait for chats. Never throws.
 * @param hasTime whether the run may still begin an action
 */
export async function act(
  actions: readonly Action[],
  world: IndexedWorld,
  environment: Environment,
  clock: () => number,
  hasTime: () => boolean = () => true,
): Promise<Outcome[]> {
  const run: Run = { world, environment, clock };
  const byVariant = sortBy([...Map.groupBy(actions, ({ variant }) => variant).values()], [placeOf]);
  const inTurn = limitAsync((own: Action[]) => inOrder(own, run, hasTime), variantsAtOnce);
  const outcomes = await Promise.all(byVariant.map(inTurn));
  return outcomes.flat();
}

async function inOrder(actions: Action[], run: Run, hasTime: () => boolean): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  const unsettled = new Set<ChannelName>();
  for (const action of actions) {
    const heldBack = action.do === "publish" && action.leaves === undefined && unsettled.has(action.channel);
    if (action.do !== "wait" && action.do !== "nothing" && !hasTime()) {
      outcomes.push({ action, result: "postponed" });
      continue;
    }
    const outcome: Outcome = heldBack ? { action, result: "held-back" } : await carryOut(action, run);
    outcomes.push(outcome);
    const channel = channelBefore(action);
    if (channel && isUnsettling(outcome)) unsettled.add(channel);
  }
  return outcomes;
}

function isUnsettling(outcome: Outcome): boolean {
  if (outcome.result !== "failed") return false;
  const { cause } = outcome.error;
  return !(cause instanceof PartlyNotified) || cause.failed.includes("subscribers");
}

/** The channel whose next write comes after this action. */
function channelBefore(action: Action): ChannelName | undefined {
  if (action.do === "confirm") return action.channel;
  if (action.do !== "announce") return undefined;
  const { notification } = action;
  return notification.kind === "published" || notification.kind === "rolled-back" ? notification.channel : undefined;
}

async function carryOut(action: Action, run: Run): Promise<Outcome> {
  const { environment } = run;
  try {
    switch (action.do) {
      case "announce":
        await notify(environment, action.notification, run.world.notified);
        return { action, result: "done" };
      case "confirm":
        await confirm(action, run);
        return { action, result: "done" };
      case "publish":
      case "record":
      case "deprecate":
      case "disable":
      case "restore":
      case "release":
      case "deregister":
        return { action, result: (await write(action, run)) ? "done" : "stale" };
      case "build":
      case "prove":
      case "harvest":
      case "prove-place": {
        const started = await start(action, run);
        if (!started) return { action, result: "stale" };
        if (started.outcome === "no-room") return { action, result: "no-room", detail: started.why };
        return { action, result: "done", detail: started.build ?? "already started" };
      }
      case "sweep": {
        if (await isPausedNow(action.variant, environment)) return { action, result: "stale" };
        const isGone = await removeLeftover(action.type, action.resource, action.mark);
        return { action, result: isGone ? "done" : "in-use" };
      }
      case "arrive":
        await arrive(action, run);
        return { action, result: "done" };
      case "conclude":
        await conclude(action, run);
        return { action, result: "done" };
      case "sight":
        await note(action, run);
        return { action, result: "done" };
      case "roll":
      case "point":
      case "refresh":
      case "cancel":
      case "prune":
        return { action, result: (await changeFleet(action, run)) ? "done" : "stale" };
      case "enable-fast-launch":
      case "disable-fast-launch":
        return { action, result: (await changeFastLaunch(action, run)) ? "done" : "stale" };
      case "sight-place":
        await notePlace(action, run);
        return { action, result: "done" };
      case "copy":
      case "share":
      case "unshare":
      case "publish-there":
      case "enable-there":
      case "release-there":
      case "disable-there":
      case "deregister-there":
      case "fast-launch-there":
        return { action, result: (await changePlace(action, run)) ? "done" : "stale" };
      case "wait":
      case "nothing":
        return { action, result: "done" };
    }
  } catch (cause) {
    const error = new Error(`${gerunds[action.do]} for ${action.variant}: ${(cause as Error).message}`, { cause });
    return { action, result: "failed", error };
  }
}

const gerunds: Record<Action["do"], string> = {
  announce: "notifying subscribers",
  publish: "writing the channel",
  confirm: "recording what the channel holds",
  build: "starting a build",
  prove: "starting a proof",
  harvest: "starting a harvest",
  "prove-place": "starting a proof in a place",
  record: "recording the revocation",
  deprecate: "deprecating the image",
  disable: "disabling the image",
  restore: "restoring the image",
  release: "exempting the image from retention",
  deregister: "deregistering the image",
  sweep: "removing what a build left behind",
  arrive: "recording what a fleet runs",
  conclude: "recording how a rollout failed",
  sight: "recording whether AWS shows a fleet",
  roll: "rolling a fleet",
  point: "writing a fleet's parameter",
  refresh: "replacing a fleet's nodes",
  cancel: "stopping an instance refresh",
  prune: "deleting versions of a launch template",
  "enable-fast-launch": "enabling Fast Launch of an image",
  "disable-fast-launch": "disabling Fast Launch of an image",
  "sight-place": "recording whether a place answers",
  copy: "copying an image to a place",
  share: "sharing an image with a place",
  unshare: "taking an image back from a place",
  "publish-there": "writing a place's channel",
  "enable-there": "enabling a copy",
  "release-there": "exempting a copy from retention",
  "disable-there": "disabling a copy",
  "deregister-there": "deregistering a copy",
  "fast-launch-there": "changing Fast Launch in a place",
  wait: "waiting",
  nothing: "doing nothing",
};
