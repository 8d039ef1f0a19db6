import type { Image as Ec2Image } from "@aws-sdk/client-ec2";
import type { RecordedInputs } from "../../functions/domain/inputs.ts";
import { hour } from "../world.ts";
import type { Run } from "./simulation.ts";

/** The truth about one image that a build has made, whatever AWS shows of it. */
export interface Made {
  id: string;
  variant: string;
  inputs: RecordedInputs;
  build: string;
  createdAt: number;
  /** What its latest proof has found. */
  proof: "passed" | "failed" | undefined;
  provedAt: number | undefined;
}

/** The truth about one run of CodeBuild. */
export interface Started {
  id: string;
  variant: string;
  purpose: string;
  token: string;
  inputs: RecordedInputs;
  startedAt: number;
  endedAt: number | undefined;
  status: "running" | "succeeded" | "failed" | "stopped";
  failure: string | undefined;
  /** The image that it made or proved. */
  image: string | undefined;
}

/** A value that a channel's parameter has had. */
export interface Held {
  image: string | undefined;
  since: number;
  by: "service" | "person";
}

/** Something that was so for a while, in milliseconds since the epoch. */
export interface Span {
  from: number;
  until: number | undefined;
}

export interface StateChange {
  at: number;
  state: NonNullable<Ec2Image["State"]>;
  by: "service" | "person";
  /** By which the service had disabled what a person has enabled. */
  undoes?: StateChange | undefined;
}

/** A person changes the state of an image. What he takes back within six hours no run may have seen. */
export function noteByPerson(
  states: Map<string, StateChange>,
  image: string,
  { state, at }: Pick<StateChange, "state" | "at">,
): void {
  const last = states.get(image);
  const undoes = state === "available" && last?.by === "service" ? last : undefined;
  const isTakenBack = state === "disabled" && at - (last?.at ?? 0) < 6 * hour;
  states.set(image, (isTakenBack && last?.undoes) || { at, state, by: "person", undoes });
}

export interface FastLaunched {
  by: "service" | "person";
  since: number;
  /** Since when nothing starts the image, and how many undisturbed runs have seen that. */
  idle?: { since: number; runs: number } | undefined;
}

/** What really happened: what people and builds did, not what the service was shown. */
export interface Ledger {
  made: Map<string, Made>;
  builds: Started[];
  /** By parameter. The last one is what the channel holds. */
  held: Map<string, Held[]>;
  /** By image. */
  revoked: Map<string, Span[]>;
  /** By variant or `*`; holds of fleets by `holdOf`. */
  paused: Map<string, Span[]>;
  /** By alarm: it is in ALARM. */
  ringing: Map<string, Span[]>;
  /** By image: something uses it. */
  used: Map<string, Span[]>;
  /** By image: who has enabled Fast Launch, which EC2 still shows. */
  fastLaunched: Map<string, FastLaunched>;
  approved: Map<string, number>;
  /** When an image was last really disabled or enabled, and by whom. */
  states: Map<string, StateChange>;
  /** Resources that nobody may remove: not ours, or of a build that runs. */
  foreign: Set<string>;
  /** Rollouts that people have ordered. */
  ordered: { fleet: string; image: string; at: number }[];
  /** Rollouts that the service has begun. */
  rolled: { fleet: string; image: string; at: number }[];
  /** What subscribers have heard that a channel holds. */
  announced: { parameter: string; image: string; at: number }[];
  /** By key of the notification: who told it last. */
  told: Map<string, Run>;
}

export function newLedger(): Ledger {
  return {
    made: new Map(),
    builds: [],
    held: new Map(),
    revoked: new Map(),
    paused: new Map(),
    ringing: new Map(),
    used: new Map(),
    fastLaunched: new Map(),
    approved: new Map(),
    states: new Map(),
    foreign: new Set(),
    ordered: [],
    rolled: [],
    announced: [],
    told: new Map(),
  };
}

/** EC2 shows changes, and CodeBuild builds, a minute late. */
const lag = 75_000;

/** For how long, in milliseconds, a run may not know what has happened to a variant's images: AWS shows it late. */
export function blindFor({ looked }: Run, variant: string, now: number): number {
  return lag + now - (looked.get(variant) ?? looked.get("*") ?? now);
}

/**
 * As {@link blindFor}, of what a run does to several places at once: what it has looked at for one does not help another,
 * which it may have looked at so many calls before.
 */
export function blindAmongPlaces(run: Run, variant: string, now: number): number {
  return Math.max(blindFor(run, variant, now), blindForPauses(run, 20));
}

/** As {@link blindFor}, of pauses, which a run reads at most so many calls before it acts. */
export function blindForPauses({ calls, stood }: Run, callsSinceLook: number): number {
  return lag + (calls - stood.call <= callsSinceLook ? stood.milliseconds : 0);
}

export function begin(spans: Map<string, Span[]>, key: string, from: number): void {
  if (isIn(spans, key, from)) return;
  spans.set(key, [...(spans.get(key) ?? []), { from, until: undefined }]);
}

export function end(spans: Map<string, Span[]>, key: string, until: number): void {
  const last = spans.get(key)?.at(-1);
  if (last && last.until === undefined) last.until = until;
}

/** Whether it was so at that time, or at any time so many milliseconds before. */
export function isIn(spans: Map<string, Span[]>, key: string, time: number, within = 0): boolean {
  return (spans.get(key) ?? []).some(
    ({ from, until = Number.POSITIVE_INFINITY }) => from <= time && until > time - within,
  );
}

/** Whether it has been so all the time for so many milliseconds. */
export function hasBeenIn(spans: Map<string, Span[]>, key: string, time: number, milliseconds: number): boolean {
  return (spans.get(key) ?? []).some(
    ({ from, until = Number.POSITIVE_INFINITY }) => from <= time - milliseconds && until > time,
  );
}
