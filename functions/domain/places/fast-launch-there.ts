import { uniqBy } from "es-toolkit";
import { type ChannelName, channelNames } from "../../config/channel-names.ts";
import { hour } from "../../config/time.ts";
import { enabling, type FastLaunchDecision, whyAwsIsLeft } from "../fast-launch/decide.ts";
import { type FastLaunch, type FastLaunches, fastLaunchOf, isRecorded } from "../fast-launches.ts";
import { isPublishable } from "../images.ts";
import type { IndexedWorld } from "../indexed-world.ts";
import { everything, whyPaused } from "../pauses.ts";
import { judgedThere } from "./copies-retention.ts";
import { fastLaunchesIn, type KnownState, originOf } from "./place-state.ts";

/** What becomes of the Fast Launch of an image in a place. `id` is its ID there, `image` home's. */
export type FastLaunchThere = FastLaunchDecision & { id: string };

/** How long after a failure, or a refusal, EC2 is asked again, in milliseconds. */
const askedAgainAfter = 6 * hour;

/**
 * Rules 18 and 20: what the policy's channels hold in a place gets Fast Launch there, within the place's own quota, and
 * loses it once none of them holds it. What a person has enabled stays, until the copy itself goes.
 */
export function fastLaunchThere(world: IndexedWorld, state: KnownState): FastLaunchThere[] {
  const all = fastLaunchesIn(state);
  if (!all || !state.place.fastLaunch || !world.configuration.policies.fastLaunch) return [];
  const held = heldThere(world, state);
  const wanted = uniqBy(held, ({ id }) => id).flatMap(({ id, channel }) => {
    const origin = originOf(state, id);
    const own = origin === undefined ? undefined : world.imagesById().get(origin);
    if (!own || !isPublishable(own) || !isAvailable(state, id)) return [];
    return [{ image: { id, variant: own.variant }, why: `${channel} there holds it` }];
  });
  if (all.state === "unknown")
    return wanted.map(({ image: { id } }) => {
      const about = { ...aboutOf(world, state, id), shown: undefined };
      const reasons = [`it is unknown what has Fast Launch: ${all.why}`];
      return { ...about, decision: "wait", for: "aws", until: undefined, reasons };
    });
  return [
    ...enabling(world, all, wanted, askedAgainAt).map((next) => ({ ...next, ...aboutOf(world, state, next.image) })),
    ...disabling(world, state, all, new Set(held.map(({ id }) => id))),
  ];
}

/** What the policy's channels hold there: `stable` first, because nodes follow that. */
function heldThere(world: IndexedWorld, { place, observed }: KnownState): { id: string; channel: ChannelName }[] {
  const { channels = [] } = world.configuration.policies.fastLaunch ?? {};
  const concerned = channelNames.toReversed().filter((one) => channels.includes(one) && place.channels.includes(one));
  return concerned.flatMap((channel) =>
    Object.values(observed.channels).flatMap((held) => {
      const id = held[channel]?.image;
      return id === undefined ? [] : [{ id, channel }];
    }),
  );
}

function isAvailable({ observed }: KnownState, id: string): boolean {
  return Object.hasOwn(observed.images, id) && observed.images[id]?.state === "available";
}

function disabling(
  world: IndexedWorld,
  state: KnownState,
  all: Extract<FastLaunches, { state: "known" }>,
  held: ReadonlySet<string>,
): FastLaunchThere[] {
  const going = judgedThere(world, state).filter(({ decision }) => decision === "disable" || decision === "deregister");
  const leaves = new Set(going.map(({ id }) => id));
  return Object.keys(all.images).flatMap((id): FastLaunchThere[] => {
    const shown = fastLaunchOf(all, id);
    if (!shown || held.has(id) || !(isRecorded(all, id) || leaves.has(id))) return [];
    const about = { ...aboutOf(world, state, id), shown };
    const reasons = [leaves.has(id) ? "the copy itself goes next" : "no channel there holds it"];
    const isRevoked = world.imagesById().get(about.image)?.revoked !== undefined;
    const paused = isRevoked ? undefined : whyPaused(world, about.variant);
    if (paused) return [{ ...about, decision: "wait", for: "pause", until: undefined, reasons: [...reasons, paused] }];
    // A failed enabling delays nothing: to disable it removes what it left behind.
    const waits = shown.state.startsWith("disabling") ? whyAwsIsLeft(world, shown, askedAgainAt) : undefined;
    if (waits) return [{ ...about, decision: "wait", ...waits, reasons: [...reasons, ...waits.reasons] }];
    return [{ ...about, decision: "disable", reasons }];
  });
}

function aboutOf(world: IndexedWorld, state: KnownState, id: string) {
  const image = originOf(state, id) ?? id;
  const seen = Object.hasOwn(state.observed.images, id) ? state.observed.images[id] : undefined;
  return { id, image, variant: world.imagesById().get(image)?.variant ?? seen?.variant ?? everything };
}

function askedAgainAt({ since = 0 }: Pick<FastLaunch, "since">): number {
  return since + askedAgainAfter;
}
