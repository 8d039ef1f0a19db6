import type { Variant } from "../../functions/config/variant.ts";
import type { Trigger } from "../../functions/domain/trigger.ts";
import type { Stage } from "./stage.ts";

/** One act of a story: it changes something and pulls a real trigger. The service does the rest by itself. */
export interface Act {
  name: string;
  /** The trigger of the reconcile run that counts; `none` when reconcile must not run at all. */
  trigger: Trigger["kind"] | "all" | "none";
  /** The expected result for a variant. */
  expects: Expectation | ((variant: Variant) => Expectation);
  /** The number of harvests for all variants together. Not checked when absent. */
  harvests?: number;
  /** Why a build starts; absent when none starts. */
  reason?: RegExp;
  /** The HTTP status of each signed call, in order. Not checked when absent. */
  answers?: number[];
  play: (stage: Stage, signal: AbortSignal) => Promise<unknown>;
}

/** The expected result of an act for one variant. */
export interface Expectation {
  /** Builds and proofs, without harvests. */
  builds: number;
  /** The act kills its builds, so they make no image. */
  killed?: true;
  candidate: Held;
  stable: Held;
  /**
   * Notifications that subscribers must receive about the variant, such as `published/stable` or `failed`. If empty,
   * they must receive none.
   */
  notifications: readonly string[];
  /**
   * The acts whose images this act deprecates, restores and disables. Not checked when absent, because passing time may
   * change images, too.
   */
  deprecated?: readonly string[];
  restored?: readonly string[] | undefined;
  disabled?: readonly string[];
  /** The acts whose images EC2 shows with snapshots since this act, and with no Fast Launch any more. */
  fastLaunch?: { enabled: readonly string[]; ended: readonly string[] };
}

/** What a channel holds after an act: the act's own image, the image it held before, or the image of an earlier act. */
export type Held = "new" | "same" | { of: string };

/** An image is built, soaks where necessary, and ends in both channels. */
export const image: Expectation = {
  builds: 1,
  candidate: "new",
  stable: "new",
  notifications: ["published/candidate", "published/stable"],
};

export const nothing: Expectation = {
  builds: 0,
  candidate: "same",
  stable: "same",
  notifications: [],
  deprecated: [],
  restored: [],
  disabled: [],
  fastLaunch: { enabled: [], ended: [] },
};

/** A build fails, for example because its image fails the proof. */
export const failure: Expectation = { builds: 1, candidate: "same", stable: "same", notifications: ["failed"] };

export interface Story {
  /** The configuration file that the story uses unless the caller names another one. */
  config: string;
  /**
   * Whether it plays a part of the service only, so that permissions which it does not need say nothing: only those of
   * the part do, as the judge describes them.
   */
  playsPart?: true | RegExp;
  /**
   * How long a batch of triggers collects messages, in seconds of this machine; by default as deployed. Less is enough
   * where no build runs: what happens at the same time then arrives within milliseconds.
   */
  windowSeconds?: number;
  acts: Act[];
}

export function expectationOf({ expects }: Act, variant: Variant): Expectation {
  return typeof expects === "function" ? expects(variant) : expects;
}
