import type { channelNames } from "../../../functions/config/channel-names.ts";
import { placeWriteRecord } from "../../../functions/domain/place-records.ts";
import { holdingRecord, recordsPrefix } from "../../../functions/domain/records.ts";
import { minute } from "../../world.ts";
import { heldNow } from "../channels.ts";
import { isRevokedIn } from "../interventions.ts";
import { isIn } from "../ledger.ts";
import { parameterOf } from "../people.ts";
import { canStart, configOf, heldThere, isAway, originThere, type SimulatedPlace } from "../places.ts";
import type { Run, Simulation } from "../simulation.ts";

type ChannelName = (typeof channelNames)[number];

/** EC2 shows changes late, and a run reads before it decides. */
const lag = 3 * minute;

/** Parameter Store may drop a write, and the service waits so long, in milliseconds, before it writes once more. */
const readBack = 10 * minute;

/**
 * After each run that nothing has disturbed: what home has revoked is in no place's channel after two of them that began
 * since the place answers. Three things are no fault: publishing is switched off; a write to the channel was recorded and
 * is not read back yet; or nothing else could be started there: neither what home's channel holds nor anything that it
 * has held, as far as home recorded that.
 */
export function checkPlaces(s: Simulation, run: Run): undefined {
  const isQuietRun = !run.isDisturbed && !run.overlaps && run.stood.milliseconds === 0;
  if (!isQuietRun || run.configuration !== s.configuration || !s.configuration.policies.publish) return;
  for (const place of s.places.values())
    for (const { name: variant } of s.configuration.variants)
      for (const channel of configOf(s, place).channels) checkChannel(s, run, place, { variant, channel });
}

function checkChannel(
  s: Simulation,
  run: Run,
  place: SimulatedPlace,
  { variant, channel }: { variant: string; channel: ChannelName },
): undefined {
  const parameter = parameterOf(s, variant, channel);
  const last = place.held.get(parameter)?.at(-1);
  const image = last?.image;
  const origin = image && originThere(s, place, image);
  if (!last || image === undefined || origin === undefined || !isRevokedIn(s, origin)) {
    place.overdue.delete(parameter);
    return;
  }
  const revokedAt = s.ledger.revoked.get(origin)?.at(-1)?.from ?? s.now();
  const [ready] = replacements(s, place, { variant, channel }, origin).toSorted((a, b) => a - b);
  const since = Math.max(revokedAt, last.since, backSince(place), ready ?? Number.POSITIVE_INFINITY);
  const writtenAt = Math.max(place.written.get(parameter) ?? 0, recordedWrite(s, place, { variant, channel }));
  const isWritten = s.now() - writtenAt < readBack + s.now() - run.startedAt;
  if (isAway(place, s.now(), s.now() - run.startedAt) || run.startedAt < since + lag || isWritten) return;
  const known = place.overdue.get(parameter);
  const runs = known?.image === image ? known.runs + 1 : 1;
  place.overdue.set(parameter, { image, runs });
  if (runs >= 2)
    s.violate(
      "no place holds what home revoked for longer than two reconciles after it answers",
      `${parameter} in ${place.name} holds ${image}`,
    );
}

/** When a write to the channel was last recorded, in milliseconds since the epoch: the place may have been away then. */
function recordedWrite(
  s: Simulation,
  place: SimulatedPlace,
  { variant, channel }: { variant: string; channel: ChannelName },
): number {
  const times = [...s.ledger.made.values()].map(({ id, variant: own }) => {
    const key = `${recordsPrefix}${placeWriteRecord(id, place.name, channel)}`;
    return own === variant ? (s.account.objects.get(key)?.at.getTime() ?? 0) : 0;
  });
  return Math.max(0, ...times);
}

/** Since when each image could be started that the channel may get instead, in milliseconds since the epoch. */
function replacements(
  s: Simulation,
  place: SimulatedPlace,
  { variant, channel }: { variant: string; channel: ChannelName },
  revoked: string,
): number[] {
  const parameter = parameterOf(s, variant, channel);
  const isCopy = configOf(s, place).method === "copy";
  return [...s.ledger.made.values()].flatMap(({ id, variant: own, proof, provedAt = 0 }) => {
    if (id === revoked || own !== variant || proof !== "passed") return [];
    if (s.account.images.get(id)?.State !== "available" || isIn(s.ledger.revoked, id, s.now(), lag)) return [];
    const recordedAt = s.account.objects.get(`${recordsPrefix}${holdingRecord(id, channel)}`)?.at.getTime();
    const heldAt = heldNow(s, parameter) === id ? s.ledger.held.get(parameter)?.at(-1)?.since : undefined;
    const wantedAt = Math.min(recordedAt ?? Number.POSITIVE_INFINITY, heldAt ?? Number.POSITIVE_INFINITY);
    const there = isCopy ? [...place.copies].flatMap(([copy, origin]) => (origin === id ? [copy] : [])) : [id];
    return there
      .filter((one) => canStart(place, one))
      .map((one) => Math.max(wantedAt, provedAt, place.ready.get(one) ?? Number.POSITIVE_INFINITY));
  });
}

function backSince({ absences }: SimulatedPlace): number {
  return absences.get("away")?.at(-1)?.until ?? 0;
}

/** Once nothing has gone wrong for days: places hold what home holds, and what was given for copying is taken back. */
export function checkPlacesOutcome(s: Simulation): undefined {
  for (const place of s.places.values())
    for (const { name } of s.configuration.variants)
      for (const channel of configOf(s, place).channels) {
        const parameter = parameterOf(s, name, channel);
        const held = heldThere(place, parameter);
        const [there, home] = [held && originThere(s, place, held), heldNow(s, parameter)];
        if (there !== home || !canStart(place, held ?? ""))
          s.violate(
            "in the end places hold what home holds",
            `${parameter} in ${place.name} holds ${held}, not ${home}`,
          );
      }
  for (const [image, accounts] of s.account.launchPermissions)
    for (const account of accounts)
      if (!isSharedWith(s, account))
        s.violate("in the end what was given for copying is taken back", `${image}, ${account}`);
  for (const [snapshot, accounts] of s.account.volumePermissions)
    if (accounts.size > 0 && s.account.images.has(snapshot.replace("snap-", "ami-")))
      s.violate("in the end what was given for copying is taken back", `${snapshot}, ${[...accounts].join()}`);
}

function isSharedWith({ configuration }: Simulation, account: string): boolean {
  return configuration.places.some((place) => place.method === "share" && place.account === account);
}
