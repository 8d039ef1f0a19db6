import type { History } from "./history.ts";

/** Plays a history without what is named. */
type Play = (without: ReadonlySet<string>) => Promise<History>;

/** How many shorter histories are tried at most. */
const patience = 150;

/**
 * The shortest found history that breaks the same rule: as much as possible of what went wrong or changed is left out,
 * first in halves, then in ever smaller parts (delta debugging, after Zeller and Hildebrandt).
 */
export async function shrink(broken: History, play: Play): Promise<{ history: History; without: Set<string> }> {
  const [violation] = broken.violations;
  let without = new Set<string>();
  let shortest = broken;
  let tries = 0;
  const left = () => broken.happenings.filter((name) => !without.has(name));
  for (let size = Math.ceil(left().length / 2); size >= 1 && tries < patience; ) {
    let shrunk = false;
    for (let from = 0; from < left().length && tries < patience; from += size) {
      const fewer = new Set([...without, ...left().slice(from, from + size)]);
      tries += 1;
      const history = await play(fewer);
      if (!history.violations.some(({ of }) => of === violation?.of)) continue;
      without = fewer;
      shortest = history;
      shrunk = true;
      from -= size;
    }
    if (size === 1 && !shrunk) break;
    size = shrunk ? Math.min(size, Math.max(1, left().length)) : Math.floor(size / 2);
  }
  return { history: shortest, without };
}
