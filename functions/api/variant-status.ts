import { type ChannelName, channelNames, channelParameter } from "../config/channel-names.ts";
import { iso } from "../config/time.ts";
import { recipeOf } from "../config/variant.ts";
import { unsupported, type Versions } from "../config/versions.ts";
import { buildReasons } from "../domain/building/decide.ts";
import { stalenessOf } from "../domain/building/staleness.ts";
import type { IndexedWorld } from "../domain/indexed-world.ts";
import { describeChange, drift } from "../domain/inputs.ts";
import { whyPaused } from "../domain/pauses.ts";
import type { Action } from "../domain/plan.ts";
import { explainDecision } from "../domain/publishing/explain.ts";
import { decideChannel } from "../domain/publishing/publish.ts";
import { whyUnfit } from "../domain/publishing/replacement.ts";
import type { VariantState } from "../domain/variant-state.ts";
import { imageStatuses, measuresOf } from "./image-status.ts";
import { variantInPlaces } from "./place-status.ts";
import { actionToJson } from "./plan.ts";

/** What the status of a variant depends on besides the world. */
export interface VariantSettings {
  channelsPrefix: string;
  versions: Versions;
  /** Whether the status has the variants' images. */
  images: boolean;
}

/**
 * The status of a configured variant as `GET /` answers it. Times are ISO 8601.
 * @param actions the variant's part of the plan
 */
export function variantStatus(
  world: IndexedWorld,
  state: VariantState,
  actions: readonly Action[],
  { channelsPrefix, versions, images }: VariantSettings,
) {
  const { variant } = state;
  const newest = state.publishable[0];
  const { behindSince, failing, failingSince, gaveUp, blockedBy } = stalenessOf(world, state);
  return {
    variant: variant.name,
    base: variant.base,
    paused: whyPaused(world, variant.name) ?? null,
    channels: Object.fromEntries(channelNames.map((name) => [name, channelStatus(world, state, name, channelsPrefix)])),
    /** Its channels in other Regions and accounts. */
    places: variantInPlaces(world, variant.name),
    newestImage: newest?.id ?? null,
    recorded: newest?.inputs ?? null,
    desired: state.desired,
    unknown: state.unknown,
    drift: buildReasons(state),
    /** At least since then. */
    behindSince: behindSince === undefined ? null : iso(behindSince),
    failing,
    failingSince: failingSince === undefined ? null : iso(failingSince),
    /** Whether the inputs are not built again until one changes or a person asks. */
    gaveUp,
    blockedBy,
    harvest: harvestStatus(world, state),
    /** What a build puts into the image and nobody mends any more. */
    unsupported: unsupported(versions, variant, world.now),
    running: runningBuild(state),
    lastFailure: lastFailure(state),
    nextBuild: nextBuild(actions),
    ...(images && { images: imageStatuses(world, state) }),
    next: actions.map(actionToJson),
  };
}

function channelStatus(world: IndexedWorld, state: VariantState, name: ChannelName, prefix: string) {
  const channel = world.channels[state.variant.name]?.[name];
  const next = decideChannel(world, state, name);
  const held = channel && state.images.find(({ id }) => id === channel.image);
  return {
    parameter: channelParameter(prefix, state.variant.name, name),
    image: channel?.image ?? null,
    since: channel ? iso(channel.writtenAt) : null,
    ...measuresOf(held?.measured ?? { start: undefined, size: undefined }),
    /** What the image that it holds is behind; null if it holds none of the variant's images. */
    behind: held ? drift(held.inputs, state.desired).map(describeChange) : null,
    /** Why no node should start what it holds; null if nothing is known against that. */
    unfit: (channel && whyUnfit(world, channel)) ?? null,
    next: next.decision === "publish" ? next.image : null,
    /** When the next image's blockers pass without a person: the end of its soak, or of the wait for a slow start. */
    waitsUntil: next.decision === "wait" && next.until !== undefined ? iso(next.until) : null,
    outlook: explainDecision(world, state, next),
  };
}

interface HarvestStatus {
  from: string | null;
  manifest: string | null;
  why: string | null;
}

/** The image to harvest from and whether the harvest exists; null for a variant that needs none. */
function harvestStatus(world: IndexedWorld, { variant, upstream }: VariantState): HarvestStatus | null {
  if (recipeOf(variant) === "layer") return null;
  const source = upstream?.harvestSource;
  if (source?.state !== "known") return { from: null, manifest: null, why: source?.why ?? "nothing is known about it" };
  const harvest = world.harvests[source.value];
  return harvest?.state === "known"
    ? { from: source.value, manifest: harvest.value, why: null }
    : { from: source.value, manifest: null, why: harvest?.why ?? "nothing is known about it" };
}

function runningBuild({ builds }: VariantState) {
  const running = builds.find(({ status }) => status === "running");
  if (!running) return null;
  const { id: build, purpose, phase, startedAt, log } = running;
  return { build, purpose, phase, since: iso(startedAt), log: log ?? null };
}

function lastFailure({ builds }: VariantState) {
  const failed = builds.find(({ status }) => status === "failed");
  if (!failed) return null;
  return {
    build: failed.id,
    purpose: failed.purpose,
    at: iso(failed.endedAt ?? failed.startedAt),
    ...failed.failure,
    log: failed.log ?? null,
  };
}

/** When the next build can start: `now`, a time, or null if none is needed or only a person or a change helps. */
function nextBuild(actions: readonly Action[]) {
  const action = actions.findLast((one) => one.do === "wait" && one.for === "build");
  if (action?.do === "wait")
    return { at: action.until === undefined ? null : iso(action.until), reasons: action.reasons };
  const build = actions.find((one) => one.do === "build" || one.do === "prove" || one.do === "harvest");
  const nothing = actions.find((one) => one.do === "nothing");
  if (build && "reasons" in build) return { at: "now", reasons: build.reasons };
  return { at: null, reasons: nothing?.do === "nothing" ? nothing.reasons : [] };
}
