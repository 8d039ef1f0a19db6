import type { Stage } from "../rehearsal/stage.ts";
import type { Stack } from "../stack/stack.ts";
import type { Dice } from "./dice.ts";

/** Something that breaks while the service works, and that it must survive without a person. */
export interface Case {
  name: string;
  /** What breaks, in a sentence without its full stop. */
  what: string;
  /** The configuration below this folder; by default `one-variant.config.ts`. */
  config?: string;
  /** Laid over the environment of the builds' shells. */
  buildEnvironment?: Record<string, string>;
  /** What the case needs and this machine lacks; undefined if it lacks nothing. The case is then left out. */
  needs?(): string | undefined;
  /** The errors in the functions' logs, and the ends of their runs, that the break explains; none by default. */
  errors?: RegExp;
  /** Starts work from an empty account and breaks it. Resolves with what was broken, and when. */
  play(scene: Scene): Promise<string>;
}

/** What a case has at hand. */
export interface Scene {
  stage: Stage;
  stack: Stack;
  /** Decides what the case leaves to chance. */
  dice: Dice;
  signal: AbortSignal;
  /** Waits until all builds have ended and every trigger is handled, those of failed runs too. */
  settle(): Promise<void>;
  /** Runs before the stack is stopped. */
  atEnd(work: () => void): void;
}
