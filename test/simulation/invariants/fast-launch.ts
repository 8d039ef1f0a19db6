import { type ChannelName, channelNames } from "../../../functions/config/channel-names.ts";
import { hour, minute } from "../../world.ts";
import { heldNow } from "../channels.ts";
import type { FastLaunchChange } from "../effects.ts";
import { startsFrom } from "../fleets.ts";
import { tagOf } from "../images.ts";
import { isIn } from "../ledger.ts";
import { parameterOf } from "../people.ts";
import type { Run, Simulation } from "../simulation.ts";

/** EC2 shows changes late, and a run reads before it decides. */
const lag = 3 * minute;

/** Only what this service has made gets it, and never what is revoked. */
export function checkFastLaunchChange(s: Simulation, change: FastLaunchChange, image: string): undefined {
  const what = `${change} of ${image}`;
  if (!s.ledger.made.has(image)) return s.violate("images of others are left alone", what);
  if (change === "DisableFastLaunch" && s.ledger.fastLaunched.get(image)?.by === "person")
    checkTakenBack(s, image, what);
}

/**
 * What a person has enabled stays while nodes start it, unless the service has enabled it before. Retention may take
 * what a channel only might have taken, and then its Fast Launch goes first. So does that of a revoked image which is
 * disabled although it is used.
 */
function checkTakenBack(s: Simulation, image: string, what: string): undefined {
  // A person has ended it himself, and EC2 could not.
  if (s.account.fastLaunches.get(image)?.State?.startsWith("disabling")) return;
  const isRecorded = [...s.account.objects.keys()].some((key) => key.includes(`/fast-launches/${image}`));
  const isDisabledNext = s.configuration.policies.disableRevoked && isIn(s.ledger.revoked, image, s.now());
  const isNeeded = isDisabledNext ? isHeld(s, image) : starts(s, image);
  if (!isRecorded && isNeeded) s.violate("what a person has enabled stays so", what);
}

/**
 * An image that goes leaves snapshots behind that nobody uses and everybody pays. A revoked one does not wait for what
 * EC2 cannot end, or not within an hour.
 */
export function checkFastLaunchGone(s: Simulation, image: string, what: string, blind: number): undefined {
  if (!s.configuration.policies.fastLaunch) return;
  const { State = "", StateTransitionTime } = s.account.fastLaunches.get(image) ?? {};
  const isLate = State === "disabling-failed" || s.now() - Number(StateTransitionTime) >= hour;
  if (
    what.startsWith("DisableImage") &&
    isIn(s.ledger.revoked, image, s.now(), blind) &&
    State.startsWith("disabling") &&
    isLate
  )
    return;
  const { by, since } = s.ledger.fastLaunched.get(image) ?? {};
  if (by === "service" && s.now() - (since ?? 0) > blind)
    s.violate(
      "no image goes while it has Fast Launch",
      `${what}, since ${Math.round((s.now() - (since ?? 0)) / minute)} m`,
    );
}

/**
 * After each run that nothing has disturbed: what the service has enabled, and nothing starts any more, is being disabled
 * after two of them.
 */
export function checkFastLaunches(s: Simulation, run: Run): undefined {
  if (run.isDisturbed || run.overlaps || run.configuration !== s.configuration) return;
  if (!s.configuration.policies.fastLaunch) return;
  for (const [image, known] of s.ledger.fastLaunched) {
    const shown = s.account.fastLaunches.get(image);
    if (known.by === "person" || shown?.State?.startsWith("disabling") || mayStart(s, image)) {
      known.idle = undefined;
      continue;
    }
    known.idle ??= { since: s.now(), runs: 0 };
    if (run.startedAt < known.idle.since + lag) continue;
    known.idle.runs += 1;
    if (known.idle.runs >= 2)
      s.violate(
        "no Fast Launch for an image that nothing starts for longer than two reconciles",
        `${image} is ${shown?.State}`,
      );
  }
}

/** Whether nodes may come to the image without a person, as far as anybody can tell; generous where that is unclear. */
function mayStart(s: Simulation, image: string): boolean {
  const made = s.ledger.made.get(image);
  const known = s.account.images.get(image);
  if (!made) return false;
  if (!known)
    return isPaused(s, made.variant) || s.configuration.fleets.some((fleet) => startsFrom(s, fleet) === image);
  const { channels = [] } = s.configuration.policies.fastLaunch ?? {};
  if (channels.length === 0) return isPaused(s, made.variant);
  if (starts(s, image) || isPaused(s, made.variant)) return true;
  if (isIn(s.ledger.revoked, image, s.now()) || known.State !== "available" || made.proof !== "passed") return false;
  return channels.some((channel) => returnsTo(s, made.variant, channel, image) || mayTake(s, image, channel));
}

/** Whether nodes start it now. */
function starts(s: Simulation, image: string): boolean {
  const { channels = [] } = s.configuration.policies.fastLaunch ?? {};
  const isStarted = s.configuration.fleets.some((fleet) => startsFrom(s, fleet) === image);
  return isHeld(s, image, channels) || isStarted || isIn(s.ledger.used, image, s.now(), lag);
}

function isHeld(s: Simulation, image: string, channels: readonly ChannelName[] = channelNames): boolean {
  return s.configuration.variants.some(({ name }) =>
    channels.some((channel) => heldNow(s, parameterOf(s, name, channel)) === image),
  );
}

function isPaused(s: Simulation, variant: string): boolean {
  return [variant, "*"].some((scope) => isIn(s.ledger.paused, scope, s.now(), lag));
}

/** A rollback returns to what the newest write has written, to what it has replaced, and to what the channel's image has. */
function returnsTo(s: Simulation, variant: string, channel: string, image: string): boolean {
  const writes = [...s.account.images.values()].flatMap((one) => {
    const [at, previous] = tagOf(one, `published-${channel}`)?.split(" ") ?? [];
    const isOwn = s.ledger.made.get(one.ImageId ?? "")?.variant === variant;
    return at !== undefined && isOwn ? [{ id: one.ImageId, at, previous }] : [];
  });
  const held = heldNow(s, parameterOf(s, variant, channel));
  const newest = writes.toSorted((a, b) => b.at.localeCompare(a.at))[0];
  const current = writes.find(({ id }) => id === held);
  return [newest?.id, newest?.previous, current?.previous].includes(image);
}

/** What is newer than the channel's image, and anything if that one is not to be started, may be next. */
function mayTake(s: Simulation, image: string, channel: string): boolean {
  const { variant = "", createdAt = 0 } = s.ledger.made.get(image) ?? {};
  const held = heldNow(s, parameterOf(s, variant, channel)) ?? "";
  const other = s.ledger.made.get(held);
  const isUnfit = isIn(s.ledger.revoked, held, s.now(), lag) || s.account.images.get(held)?.State !== "available";
  return !other || other.variant !== variant || isUnfit || createdAt > other.createdAt;
}

/** In the end what the policy's channels hold has it, as far as the quota goes, and nobody else has it. */
export function checkFastLaunchOutcome(s: Simulation): undefined {
  const { fastLaunch } = s.configuration.policies;
  if (!fastLaunch) return;
  const wanted = channelNames
    .toReversed()
    .flatMap((channel) =>
      fastLaunch.channels.includes(channel)
        ? s.configuration.variants.flatMap(({ name }) => heldNow(s, parameterOf(s, name, channel)) ?? [])
        : [],
    );
  const first = [...new Set(wanted)].slice(0, Math.floor(fastLaunch.quota / fastLaunch.maxParallelLaunches));
  for (const image of first) {
    const state = s.account.fastLaunches.get(image)?.State ?? "disabled";
    if (state !== "enabled") s.violate("in the end what channels hold has Fast Launch", `${image} is ${state}`);
  }
}
