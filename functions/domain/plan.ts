import { type BuildDecision, type BuildOrder, orderBuild, type Purpose } from "./build-orders.ts";
import { decideBuild } from "./building/decide.ts";
import { withinLimits } from "./building/limits.ts";
import { type SweepAction, type SweepWait, sweeps } from "./building/sweep.ts";
import { type FastLaunchAction, fastLaunchActions } from "./fast-launch/actions.ts";
import { decideFastLaunches } from "./fast-launch/decide.ts";
import { type FleetAction, fleetActions } from "./fleets/actions.ts";
import { decideFleets, type FleetDecision } from "./fleets/decide.ts";
import { type IndexedWorld, indexWorld } from "./indexed-world.ts";
import {
  dueFastLaunchNotifications,
  dueFleetNotifications,
  dueNotifications,
  dueNotificationsOfRemoved,
  duePauseNotifications,
  duePlaceNotifications,
  type Notification,
} from "./notifications/due.ts";
import { type PlaceAction, type PlaceWrite, placeActions, type Unshare } from "./places/actions.ts";
import { decideProofsThere, type PlaceProofDecision } from "./places/proofs-there.ts";
import { type ChannelAction, channelActions, type PublishAction } from "./publishing/actions.ts";
import { type ChannelDecision, decideChannels } from "./publishing/publish.ts";
import { exemptions, type RetentionAction, retirements, retirementsOfRemoved } from "./publishing/retirement.ts";
import { type WithdrawalAction, withdrawals } from "./publishing/withdrawal.ts";
import {
  removedVariantImages,
  stateOf,
  statesOf,
  type VariantImages,
  type VariantState,
  variantImages,
} from "./variant-state.ts";
import type { World } from "./world.ts";

/** One thing to do, or not to do, with its reasons. Times are milliseconds since the epoch. */
export type Action =
  | { do: "announce"; variant: string; notification: Notification }
  | ChannelAction
  | WithdrawalAction
  | RetentionAction
  | FleetAction
  | FastLaunchAction
  | PlaceAction
  | { do: Purpose; variant: string; order: BuildOrder; reasons: string[] }
  | SweepAction
  | SweepWait
  | { do: "wait"; variant: string; for: "build"; until: number | undefined; reasons: string[] }
  | { do: "nothing"; variant: string; reasons: string[] };

/** An action that changes a channel or an image. */
export type WriteAction = PublishAction | WithdrawalAction | RetentionAction;

/**
 * Decides what to do about the world: no I/O, no clock, no randomness. The variants are independent of each other (rule
 * 14). Notifications about a channel come before its next write, so that subscribers hear of every publication.
 */
export function plan(world: World): Action[] {
  const indexed = indexWorld(world);
  return planFor(indexed, statesOf(indexed));
}

/** As {@link plan}, if the variants' states are known already. */
export function planFor(world: IndexedWorld, states: readonly VariantState[]): Action[] {
  const proofsThere = decideProofsThere(world, states);
  const atHome = states.map((state) => ({ state, decision: decideBuild(world, state) }));
  const decisions = withinLimits(world, [...atHome, ...proofsThere]);
  const fleets = Map.groupBy(decideFleets(world), ({ state }) => state.fleet.variant);
  const configured = states.flatMap((state, index): Action[] => {
    const build = decisions[index] as BuildDecision;
    const channels = decideChannels(world, state);
    return [
      ...dueNotifications(world, state, { build, channels }).map(notifyAction),
      ...writes(world, state, channels),
      buildAction(world, state.variant.name, build),
      ...(fleets.get(state.variant.name) ?? []).flatMap((fleet) => fleetPart(world, fleet)),
    ];
  });
  const removed = removedVariantImages(world).flatMap((images): Action[] => [
    ...dueNotificationsOfRemoved(world, images).map(notifyAction),
    ...writesOnRemoved(world, images),
  ]);
  return [
    ...duePauseNotifications(world).map(notifyAction),
    ...configured,
    ...removed,
    ...fastLaunchPart(world, states),
    ...placePart(world),
    ...proofsThere.map((proof, index) => proofAction(world, proof, decisions[atHome.length + index] as BuildDecision)),
    ...sweeps(world),
  ];
}

/** What the plan does to one variant's channels and images, whether the variant is configured or removed. */
export function writesFor(world: IndexedWorld, name: string): (WriteAction | ChannelAction | Unshare)[] {
  const variant = world.variants.get(name);
  if (!variant) return writesOnRemoved(world, variantImages(world, name));
  const state = stateOf(world, variant);
  return writes(world, state, decideChannels(world, state));
}

/** What the plan does to one fleet. */
export function fleetWritesFor(world: IndexedWorld, name: string): FleetAction[] {
  return decideFleets(world)
    .filter(({ state }) => state.fleet.name === name)
    .flatMap((decision) => fleetActions(world, decision));
}

/** What the plan does to the Fast Launch of one image. */
export function fastLaunchWritesFor(world: IndexedWorld, image: string): FastLaunchAction[] {
  return decideFastLaunches(world, statesOf(world))
    .filter((decision) => decision.image === image)
    .flatMap(fastLaunchActions);
}

/** The quota connects all variants, and an image that is gone has none. */
function fastLaunchPart(world: IndexedWorld, states: readonly VariantState[]): Action[] {
  return [
    ...dueFastLaunchNotifications(world).map(notifyAction),
    ...decideFastLaunches(world, states).flatMap(fastLaunchActions),
  ];
}

/** What the plan does to a variant's images in one place. */
export function placeWritesFor(world: IndexedWorld, place: string, variant: string): PlaceWrite[] {
  const all = [...placeActions(world), ...writesFor(world, variant)];
  return all.filter(isPlaceWrite).filter((one) => one.place === place && one.variant === variant);
}

function isPlaceWrite(action: Action): action is PlaceWrite {
  return "place" in action && action.do !== "wait" && action.do !== "sight-place";
}

function placePart(world: IndexedWorld): Action[] {
  return [...duePlaceNotifications(world).map(notifyAction), ...placeActions(world)];
}

function fleetPart(world: IndexedWorld, decision: FleetDecision): Action[] {
  return [...dueFleetNotifications(world, decision).map(notifyAction), ...fleetActions(world, decision)];
}

function writes(
  world: IndexedWorld,
  state: VariantState,
  channels: readonly ChannelDecision[],
): (WriteAction | ChannelAction | Unshare)[] {
  return [
    ...channelActions(world, state, channels),
    ...exemptions(world, state),
    ...withdrawals(world, state),
    ...retirements(world, state),
  ];
}

/**
 * The channels of a removed variant are left alone. Its revoked images still matter, because nodes may use them, and
 * retention may let its images go.
 */
function writesOnRemoved(world: IndexedWorld, removed: VariantImages): (WriteAction | Unshare)[] {
  return [...exemptions(world, removed), ...withdrawals(world, removed), ...retirementsOfRemoved(world, removed)];
}

function notifyAction(notification: Notification): Action {
  return { do: "announce", variant: notification.variant, notification };
}

function proofAction(world: IndexedWorld, { place, state }: PlaceProofDecision, decision: BuildDecision): Action {
  const action = buildAction(world, state.variant.name, decision);
  return action.do === "wait" ? { ...action, for: "place", place, channel: undefined } : action;
}

function buildAction(world: IndexedWorld, variant: string, decision: BuildDecision): Action {
  if (decision.decision === "nothing") return { do: "nothing", variant, reasons: decision.reasons };
  if (decision.decision === "wait")
    return { do: "wait", variant, for: "build", until: decision.until, reasons: decision.reasons };
  const { wish } = decision;
  return { do: wish.purpose, variant, order: orderBuild(wish, world), reasons: wish.reasons };
}
