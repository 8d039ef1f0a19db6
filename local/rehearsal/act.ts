import type { Variant } from "../../functions/config/variant.ts";
import type { Trigger } from "../../functions/domain/trigger.ts";
import type { Stage } from "./stage.ts";

/** One act of a story: it changes something and pulls the real trigger; what follows is the service's own doing. */
export interface Act {
  name: string;
  /** Which trigger leads to the look that counts; `none` where nothing may look at all. */
  trigger: Trigger["kind"] | "all" | "none";
  /** What it brings a variant. */
  expects: Expectation | ((variant: Variant) => Expectation);
  /** Harvests of all variants together, where it is told how many. */
  harvests?: number;
  /** Why a build is started; nothing where none is. */
  reason?: RegExp;
  /** HTTP status of each signed call in its order, where the act makes calls that count. */
  answers?: number[];
  play: (stage: Stage, signal: AbortSignal) => Promise<unknown>;
}

/** What an act brings one variant. */
export interface Expectation {
  /** Builds and proofs, harvests not counted. */
  builds: number;
  candidate: Held;
  stable: Held;
  /** What subscribers hear of the variant at least, `published/stable`, `failed`; where it is nothing, they hear nothing. */
  told: readonly string[];
  /** Acts whose images are deprecated, restored and disabled in this one; where it is not said, time may bring some of it. */
  deprecated?: readonly string[];
  restored?: readonly string[];
  disabled?: readonly string[];
}

/** What a channel holds after an act: the act's own image, what it held before, or the image that an earlier act has made. */
export type Held = "new" | "same" | { of: string };

/** An image that soaks where it has to and ends in both channels. */
export const image: Expectation = {
  builds: 1,
  candidate: "new",
  stable: "new",
  told: ["published/candidate", "published/stable"],
};

export const nothing: Expectation = {
  builds: 0,
  candidate: "same",
  stable: "same",
  told: [],
  deprecated: [],
  restored: [],
  disabled: [],
};

/** A build that fails, be it that its image does not prove itself. */
export const failure: Expectation = { builds: 1, candidate: "same", stable: "same", told: ["failed"] };

export interface Story {
  /** The configuration that it is played with unless another is asked for. */
  config: string;
  acts: Act[];
}

export function expectationOf({ expects }: Act, variant: Variant): Expectation {
  return typeof expects === "function" ? expects(variant) : expects;
}
