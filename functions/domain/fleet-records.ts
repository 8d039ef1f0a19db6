import type { Fleet } from "../config/fleet.ts";
import type { GroupUpdate } from "./observed-fleet.ts";
import type { Pauses } from "./pauses.ts";
import { type Records, type StoredRecord, wordsFromKey, wordsInKey } from "./records.ts";

/** A rollout that the service was about to begin. Only its record tells whose a change of a group is. */
export interface Attempt {
  /** In milliseconds since the epoch; part of the record's key. */
  at: number;
  image: string;
  /** What new nodes started from before; `none` if that was unknown. */
  from: string;
  /** The versions of the launch template; undefined if a parameter decides. */
  versions: { from: number; to: number } | undefined;
  /** AWS's words if it refused to begin; otherwise undefined. */
  refused?: string | undefined;
  /** How it ended, if it failed and that was seen: AWS forgets it. */
  ended?: Ending | undefined;
}

/** How AWS ended an update, and its words, clipped. */
export type Ending = Pick<GroupUpdate, "status" | "detail">;

/** That all nodes of a fleet were seen to run an image. */
export interface Arrival {
  image: string;
  at: number;
}

/** A person's order to roll an image out to a fleet now. */
export interface RolloutOrder {
  image: string;
  /** Whether nodes are replaced even if a disruption budget forbids it. */
  force: boolean;
  at: number;
}

/** What the records say about one fleet. */
export interface FleetHistory {
  /** Latest first, and so are the others. */
  attempts: readonly Attempt[];
  arrivals: readonly Arrival[];
  orders: readonly RolloutOrder[];
  /** When a person last released the fleet, in milliseconds since the epoch; undefined if nobody has. */
  releasedAt: number | undefined;
  /** Since when AWS has not shown the fleet, in milliseconds since the epoch; undefined if it did when last asked. */
  unseenSince?: number | undefined;
}

export interface FleetRecords {
  /** By fleet. A fleet without records is absent. */
  histories: Readonly<Record<string, FleetHistory>>;
  /** Persons' orders to leave a fleet as it is, by its name. */
  holds: Pauses;
}

export const noFleetRecords: FleetRecords = { histories: {}, holds: {} };

export const noHistory: FleetHistory = { attempts: [], arrivals: [], orders: [], releasedAt: undefined };

const none = "none";

/** The key, without the prefix of records, of the record that a rollout is about to begin. */
export function attemptRecord(fleet: string, { at, image, from, versions }: Attempt): string {
  const template = versions ? `${versions.from}-${versions.to}` : `${none}-${none}`;
  return `rollouts/${fleet}/${Math.floor(at)}_${image}_${from}_${template}`;
}

/** The key, without the prefix of records, of the record that AWS refused the attempt of that time, in AWS's words. */
export function refusalRecord(fleet: string, attemptAt: number, words: string): string {
  return `refusals/${fleet}/${Math.floor(attemptAt)}_${wordsInKey(words)}`;
}

/** The key, without the prefix of records, of the record that the attempt of that time failed. */
export function endingRecord(fleet: string, attemptAt: number, { status, detail = "" }: Ending): string {
  return `endings/${fleet}/${Math.floor(attemptAt)}_${status}_${wordsInKey(detail)}`;
}

/** The key, without the prefix of records, of the record that all nodes of a fleet run an image. Its time is S3's. */
export function arrivalRecord(fleet: string, image: string): string {
  return `arrivals/${fleet}/${image}`;
}

/** The key, without the prefix of records, of the record of a person's order. Its time is S3's. */
export function orderRecord(fleet: string, { image, force }: Pick<RolloutOrder, "image" | "force">): string {
  return `rollout-orders/${fleet}/${image}${force ? "_force" : ""}`;
}

/**
 * The key, without the prefix of records, of the record that a person has released a fleet. Written again, it counts
 * again.
 */
export function releaseRecord(fleet: string): string {
  return `releases/${fleet}/released`;
}

/**
 * The key, without the prefix of records, of the record that AWS has shown a fleet no more, or again. Written again, it
 * counts again. Its time is S3's. It counts for this group only: the fleet may be given another one.
 */
export function sightRecord(fleet: Placed, sight: Sight): string {
  return `sights/${fleet.name}/${sightOf(fleet, sight)}`;
}

type Place = Pick<Fleet, "kind" | "cluster" | "group" | "place">;
type Placed = Place & Pick<Fleet, "name">;

export type Sight = "lost" | "found";

function sightOf({ kind, cluster = "", group, place }: Place, sight: Sight): string {
  const where = place === undefined ? [] : [place];
  return `${sight}_${encodeURIComponent([kind, cluster, group, ...where].join("/"))}`;
}

/** What the records say about each of these fleets. */
export function historiesIn(records: Records, fleets: readonly Placed[]): FleetRecords["histories"] {
  const rollouts = byFleet(records.rollouts);
  const refusals = byFleet(records.refusals);
  const endings = byFleet(records.endings);
  const arrivals = byFleet(records.arrivals);
  const orders = byFleet(records["rollout-orders"]);
  const releases = byFleet(records.releases);
  const sights = byFleet(records.sights);
  return Object.fromEntries(
    fleets.map(({ name, ...place }): [string, FleetHistory] => [
      name,
      {
        attempts: latestFirst(
          (rollouts.get(name) ?? [])
            .flatMap(({ rest }) => attemptFrom(rest) ?? [])
            .map((attempt) => ({
              ...attempt,
              refused: refusalOf(attempt, refusals.get(name)),
              ended: endingOf(attempt, endings.get(name)),
            })),
        ),
        arrivals: latestFirst((arrivals.get(name) ?? []).map(({ rest, at }) => ({ image: rest, at }))),
        orders: latestFirst((orders.get(name) ?? []).map(({ rest, at }) => orderFrom(rest, at))),
        releasedAt: releases.get(name)?.at(0)?.at,
        unseenSince: unseenSince(place, sights.get(name)),
      },
    ]),
  );
}

function byFleet(records: readonly StoredRecord[] = []): Map<string, { rest: string; at: number }[]> {
  const byName = Map.groupBy(records, ({ name }) => name.split("/", 1)[0] ?? "");
  return new Map(
    [...byName].map(([fleet, own]) => [fleet, own.map(({ name, at }) => ({ rest: name.slice(fleet.length + 1), at }))]),
  );
}

function attemptFrom(text: string): Attempt | undefined {
  const [, at, image = "", from = "", before, to] =
    /^(\d+)_(ami-[a-f0-9]+)_(ami-[a-f0-9]+|none)_(\d+|none)-(\d+|none)$/.exec(text) ?? [];
  if (at === undefined) return undefined;
  const versions = before === none ? undefined : { from: Number(before), to: Number(to) };
  return { at: Number(at), image, from, versions };
}

function refusalOf(attempt: Attempt, refusals: readonly { rest: string }[] = []): string | undefined {
  const words = aboutAttempt(attempt, refusals);
  return words === undefined ? undefined : wordsFromKey(words);
}

function endingOf(attempt: Attempt, endings: readonly { rest: string }[] = []): Ending | undefined {
  const [, status, words = ""] =
    /^(failed|cancelled|rolled-back|succeeded)_(.*)$/.exec(aboutAttempt(attempt, endings) ?? "") ?? [];
  return status === undefined
    ? undefined
    : { status: status as Ending["status"], detail: words === "" ? undefined : wordsFromKey(words) };
}

function unseenSince(place: Place, sights: readonly { rest: string; at: number }[] = []): number | undefined {
  const last = (sight: Sight) => sights.find(({ rest }) => rest === sightOf(place, sight))?.at;
  const lost = last("lost");
  return lost !== undefined && lost > (last("found") ?? 0) ? lost : undefined;
}

/** What a record says about the attempt, after its time. */
function aboutAttempt({ at }: Attempt, records: readonly { rest: string }[]): string | undefined {
  return records.find(({ rest }) => rest.startsWith(`${at}_`))?.rest.slice(`${at}_`.length);
}

function orderFrom(text: string, at: number): RolloutOrder {
  const [image = "", force] = text.split("_");
  return { image, force: force === "force", at };
}

function latestFirst<T extends { at: number }>(all: T[]): T[] {
  return all.toSorted((a, b) => b.at - a.at);
}
