import { hash } from "node:crypto";

/** Chance that can be repeated: the same seed, case and question have the same answer, whatever was asked before. */
export interface Dice {
  choose<T>(question: string, from: readonly T[]): T;
  /** A whole number from `least` to `most`. */
  between(question: string, least: number, most: number): number;
}

export function diceOf(seed: number, name: string): Dice {
  function between(question: string, least: number, most: number): number {
    const fraction = hash("sha256", `${seed} ${name} ${question}`, "buffer").readUInt32BE() / 2 ** 32;
    return least + Math.floor(fraction * (most - least + 1));
  }

  return {
    between,
    choose: <T>(question: string, from: readonly T[]) => from[between(question, 0, from.length - 1)] as T,
  };
}
