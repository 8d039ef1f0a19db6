/** Random numbers that a seed decides. */
export interface Random {
  /** At least 0 and below 1. */
  next(): number;
  chance(probability: number): boolean;
  /** At least `from` and below `to`. */
  between(from: number, to: number): number;
  /** As {@link between}, a whole number. */
  whole(from: number, to: number): number;
  /** @throws Error if there is nothing to pick */
  pick<T>(from: readonly T[]): T;
  /** A key, as often as its weight says. */
  weighted<Key extends string>(weights: Readonly<Record<Key, number>>): Key;
  /** Others, decided by the same seed and this name: how many numbers were taken before does not matter. */
  named(name: string): Random;
}

/** Mulberry32 (Tommy Ettinger, public domain): 32 bits of state, which is enough for what happens in a history. */
export function randomOf(seed: number): Random {
  let state = seed >>> 0;
  function next(): number {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }
  const between = (from: number, to: number) => from + next() * (to - from);
  const whole = (from: number, to: number) => Math.floor(between(from, to));
  return {
    next,
    between,
    whole,
    chance: (probability) => next() < probability,
    pick(from) {
      if (from.length === 0) throw new Error("there is nothing to pick");
      return from[whole(0, from.length)] as (typeof from)[number];
    },
    weighted(weights) {
      const entries = Object.entries<number>(weights);
      let left = next() * entries.reduce((sum, [, weight]) => sum + weight, 0);
      for (const [key, weight] of entries) {
        left -= weight;
        if (left < 0) return key as never;
      }
      throw new Error("nothing has a weight");
    },
    named: (name) => randomOf(hash(name, seed)),
  };
}

/** FNV-1a. */
function hash(text: string, start: number): number {
  let value = (0x811c9dc5 ^ start) >>> 0;
  for (let index = 0; index < text.length; index++) value = Math.imul(value ^ text.charCodeAt(index), 0x01000193) >>> 0;
  return value;
}
