import type { Configuration } from "../../functions/config/configuration.ts";
import type { Environment } from "../../functions/config/environment.ts";
import type { Account } from "../memory-aws/account.ts";
import type { Random } from "../random.ts";
import type { Journal } from "./journal.ts";
import type { Ledger } from "./ledger.ts";
import type { Starts } from "./measures.ts";
import type { SimulatedPlace } from "./places.ts";
import type { Upstream } from "./upstream.ts";

/** Images and their Fast Launch are remembered for as long as EC2 may show them late. */
export type SimulatedAccount = Account & {
  images: Journal<NonNullable<ReturnType<Account["images"]["get"]>>>;
  fastLaunches: Journal<NonNullable<ReturnType<Account["fastLaunches"]["get"]>>>;
};

/** One invocation of a function. */
export interface Run {
  of: "reconcile" | "api";
  /** In words: `run 12`. */
  name: string;
  startedAt: number;
  /** Of the deployment that it began with. */
  configuration: Configuration;
  /** How many calls of AWS it has made. */
  calls: number;
  /** Of these, how many have no answer yet. */
  waiting: number;
  /** By the number of the call at which each comes. */
  faults: ReadonlyMap<number, Fault>;
  /** When it last read the images, by variant; `*` of all. */
  looked: Map<string, number>;
  /** When it last stood still: before which of its calls, and for how many milliseconds. */
  stood: { call: number; milliseconds: number };
  /** Whether it stands still before what it changes next. */
  hesitates: boolean;
  /** Whether a fault has come, or a service did not answer. */
  isDisturbed: boolean;
  /** Whether another run goes on at the same time. In one process they share what one of them reads, though not on AWS. */
  overlaps: boolean;
  /** A function that was killed calls nothing any more. */
  isDead: boolean;
}

/** What goes wrong at one call. After a time-out, nobody knows if the call had its effect. */
export const faults = [
  "throttled",
  "timed-out",
  "timed-out-after",
  "repeated",
  "crash",
  "crash-after",
  "stands-still",
  "hesitates",
] as const;
/** `hesitates`: the run stands still right before what it changes next. */
export type Fault = (typeof faults)[number];

/** What happened that must never happen. */
export interface Violation {
  /** The name of the invariant. */
  of: string;
  what: string;
  at: number;
}

/** One history: the world, what is due to happen in it, and what has. */
export interface Simulation {
  random: Random;
  account: SimulatedAccount;
  /** Those besides, by name. */
  places: Map<string, SimulatedPlace>;
  environment: Environment;
  /** Of the current deployment. */
  configuration: Configuration;
  upstream: Upstream;
  starts: Starts;
  functions: Functions;
  /** Deploys that images wait for a day and for a person. */
  becomeStricter(): void;
  ledger: Ledger;
  /** Whether nothing goes wrong any more and nobody changes anything. */
  isQuiet: boolean;
  /** Whether everything is done, so that a run must change nothing. */
  isCalm: boolean;
  /** Until when each service does not answer; milliseconds since the epoch. */
  outages: Map<string, number>;
  counts: { runs: number; requests: number; faults: Record<string, number> };
  violations: Violation[];
  now(): number;
  /** The names of everything that goes wrong or changes, which a shorter history can go without. */
  happenings: string[];
  /** The names of what this history goes without. */
  without: ReadonlySet<string>;
  /** Plans something for a time, in milliseconds since the epoch. */
  at(time: number, name: string, happen: () => void): void;
  after(milliseconds: number, name: string, happen: () => void): void;
  /** Does something that belongs to no run. */
  apart(happen: () => void): void;
  /** Lets time pass within a run, and everything happen that is due by then. */
  pass(milliseconds: number): void;
  /**
   * Lets everything happen that is due until then, or until something has happened that must not. One thing comes after
   * another, and runs end before the next thing.
   */
  playUntil(end: number): Promise<void>;
  /** Starts an invocation. What happens next waits for its end, unless it comes within the run. */
  start(run: Run, work: () => Promise<unknown>): void;
  running(of: Run["of"]): number;
  /** What comes in the middle of the next reconcile run, at this call. */
  ambush: { call: number; happen: () => void } | undefined;
  /** The run that is calling now. */
  run(): Run | undefined;
  /**
   * Waits until it is this call's turn: those that wait at the same time take turns as the seed decides.
   * @param call which run's, of what and where; with its input it tells the call from the others
   */
  turn(call: string, input: object): Promise<void>;
  violate(of: string, what: string): undefined;
  tell(what: string): void;
  /** What happened, in words, if the history is told. */
  told: string[];
}

/** The handlers of the current deployment. */
export interface Functions {
  /** @param remaining the time that the function has left, in milliseconds */
  reconcile(body: string, remaining: () => number): Promise<void>;
  /** @returns the status */
  api(call: { method: string; path: string; body?: unknown }, remaining: () => number): Promise<number>;
}
