import { type ChannelName, channelNames } from "../config/channel-names.ts";
import { recipeOf } from "../config/configuration.ts";
import { iso } from "../config/time.ts";
import type { Action } from "../domain/actions.ts";
import { standingOf } from "../domain/building/staleness.ts";
import { describeChange, drift } from "../domain/inputs.ts";
import { plan } from "../domain/plan.ts";
import { outlook } from "../domain/publishing/explain.ts";
import { promotion } from "../domain/publishing/publish.ts";
import { stateOf, type VariantState } from "../domain/variant-state.ts";
import type { World } from "../domain/world.ts";
import { channelParameter } from "../io/channels.ts";
import { imageStatuses } from "./image-status.ts";
import { tell } from "./plan.ts";
import { removedVariants } from "./removed-variants.ts";

/** The state of all variants as `GET /` answers it. Times are ISO 8601. */
export function statusOf(world: World, channelsPrefix: string) {
  const actions = plan(world);
  return {
    now: iso(world.now),
    stage: world.stage,
    recipe: world.recipe,
    variants: world.configuration.variants.map((variant) => {
      const state = stateOf(world, variant);
      const newest = state.publishable[0];
      const { behindSince, failing, blockedBy } = standingOf(world, state);
      const own = actions.filter((action) => action.variant === variant.name);
      return {
        variant: variant.name,
        base: variant.base,
        channels: Object.fromEntries(
          channelNames.map((name) => [name, channelStatus(world, state, name, channelsPrefix)]),
        ),
        newestImage: newest?.id ?? null,
        recorded: newest?.inputs ?? null,
        desired: state.desired,
        unknown: state.unknown,
        drift: newest ? drift(newest.inputs, state.desired).map(describeChange) : ["first image of the variant"],
        /** At least since then. */
        behindSince: behindSince === undefined ? null : iso(behindSince),
        failing,
        blockedBy,
        harvest: harvestOf(world, state),
        running: runningBuild(state),
        lastFailure: lastFailure(state),
        nextBuild: nextBuild(own),
        images: imageStatuses(world, state),
        next: own.map(tell),
      };
    }),
    removedVariants: removedVariants(world, channelsPrefix),
  };
}

function channelStatus(world: World, state: VariantState, name: ChannelName, prefix: string) {
  const channel = world.channels[state.variant.name]?.[name];
  const next = promotion(world, state, name);
  return {
    parameter: channelParameter(prefix, state.variant.name, name),
    image: channel?.image ?? null,
    since: channel ? iso(channel.writtenAt) : null,
    next: next.decision === "publish" ? next.image : null,
    /** When what keeps the next image out passes by itself: the end of its soak. */
    waitsUntil: next.decision === "wait" && next.until !== undefined ? iso(next.until) : null,
    outlook: outlook(world, state, name),
  };
}

/** Where the closed pieces come from and whether they are there; null for a variant that needs none. */
function harvestOf(world: World, { variant, upstream }: VariantState) {
  if (recipeOf(variant) === "layer") return null;
  const source = upstream?.harvestSource;
  if (source?.state !== "known") return { from: null, manifest: null, why: source?.why ?? "nothing is known of it" };
  const harvest = world.harvests[source.value];
  return harvest?.state === "known"
    ? { from: source.value, manifest: harvest.value, why: null }
    : { from: source.value, manifest: null, why: harvest?.why ?? "nothing is known of it" };
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

/** When the next build can start as far as anybody knows: `now`, a time, or null where nothing is to be built or only a person or a change helps. */
function nextBuild(actions: readonly Action[]) {
  const action = actions.findLast((one) => one.do === "wait" && one.for === "build");
  if (action?.do === "wait")
    return { at: action.until === undefined ? null : iso(action.until), reasons: action.reasons };
  const build = actions.find((one) => one.do === "build" || one.do === "prove" || one.do === "harvest");
  const nothing = actions.find((one) => one.do === "nothing");
  if (build && "reasons" in build) return { at: "now", reasons: build.reasons };
  return { at: null, reasons: nothing?.do === "nothing" ? nothing.reasons : [] };
}
