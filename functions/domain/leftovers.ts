import { day, iso, minute } from "../config/time.ts";
import { type Build, type BuildIndex, indexBuilds } from "./builds.ts";
import type { Image } from "./images.ts";

/** EC2's words for what Packer makes around an image. CodeBuild ends a build without a signal, so it may all stay. */
export const leftoverTypes = ["instance", "volume", "key-pair", "security-group", "snapshot"] as const;
export type LeftoverType = (typeof leftoverTypes)[number];

/** A resource with the stage's tag and a token. */
export interface TaggedResource {
  type: LeftoverType;
  id: string;
  variant: string;
  /** Token of the build that its tags name. */
  token: string;
}

/** A tagged resource without a running build. */
export interface Leftover extends TaggedResource {
  /** EC2's own word: `running`, `in-use`, `available` …; undefined for key pairs and groups, which have no state. */
  state: string | undefined;
  /** Milliseconds since the epoch; undefined for groups, because EC2 does not say when they were made. */
  createdAt: number | undefined;
  /**
   * What tags cannot set: the name of an instance's profile, of a key pair or of a group, and the description of a
   * snapshot. Undefined for volumes, which have nothing of the kind. A person can replace an instance's profile
   * (AssociateIamInstanceProfile).
   */
  mark: string | undefined;
  /** Images that a snapshot is part of. */
  images: string[];
}

/** What a reconcile run found; `unread` says why it could not look everywhere. */
export interface Leftovers {
  found: Leftover[];
  unread: string | undefined;
}

/** How long a build must have ended, in milliseconds, before its resources count as left behind. */
export const abandonedAfter = 30 * minute;
/** The same for images and snapshots: EC2 may finish an image long after the build that ordered it. */
export const unfinishedAfter = day;

export function restOf({ type }: TaggedResource): number {
  return type === "snapshot" ? unfinishedAfter : abandonedAfter;
}

/**
 * When the last build with a token ended, in milliseconds since the epoch: Infinity while one runs, 0 if CodeBuild's
 * history has none.
 */
export function endOf(builds: BuildIndex, token: string): number {
  const ends = (builds.byToken().get(token) ?? []).map(({ status, startedAt, endedAt = startedAt }) =>
    status === "running" ? Number.POSITIVE_INFINITY : endedAt,
  );
  return Math.max(0, ...ends);
}

/** What CodeBuild tells, and when, in milliseconds since the epoch. */
interface History {
  now: number;
  builds: BuildIndex;
}

/** How far EC2's clock and CodeBuild's may differ, and EC2 may lag behind the end of a build, in milliseconds. */
const slack = minute;

/** The builds with a token that ran when EC2 made something; a running one runs until now. */
export function makersOf({ now, builds }: History, token: string, createdAt: number | undefined): Build[] {
  return (builds.byToken().get(token) ?? []).filter(
    ({ startedAt, endedAt = now }) =>
      createdAt !== undefined && startedAt - slack <= createdAt && createdAt <= endedAt + slack,
  );
}

/**
 * Why the sweep does not believe the tags of a leftover: CodeBuild's history and EC2's creation time, which no tag can
 * set, must say that a build of its token made it. Undefined if they do. EC2 does not tell when a group was made.
 */
export function whyUnconfirmed(world: History, { type, token, createdAt }: Leftover): string | undefined {
  const build = token.slice(0, 12);
  if (!world.builds.byToken().has(token)) return `CodeBuild's history has no build ${build}`;
  if (type === "security-group" || makersOf(world, token, createdAt).length > 0) return undefined;
  const time = createdAt === undefined ? "at an unknown time" : `at ${iso(createdAt)}`;
  return `it was made ${time}, when no build ${build} ran`;
}

/**
 * The tagged resources that may be left behind: only these need to be described. A snapshot has the token of its image,
 * and every kept image has one.
 */
export function suspects(
  tagged: readonly TaggedResource[],
  { now, builds, images }: { now: number; builds: readonly Build[]; images: readonly Image[] },
): TaggedResource[] {
  const history = indexBuilds(builds);
  const kept = new Set(images.map(({ token }) => token));
  return tagged.filter(
    (one) => endOf(history, one.token) + restOf(one) <= now && !(one.type === "snapshot" && kept.has(one.token)),
  );
}
