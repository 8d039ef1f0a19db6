import { createSecret, isSame } from "./secrets.ts";

const validMilliseconds = 60_000;

/** A path that opens once, and within a minute. */
export interface OneTimePath {
  path: string;
  /** Uses it up if `path` is it. */
  open(path: string): "another path" | "opened" | "too late";
}

/** @param now in milliseconds */
export function createOneTimePath(now: () => number): OneTimePath {
  const own = `/${createSecret()}`;
  const until = now() + validMilliseconds;
  let used = false;
  return {
    path: own,
    open(path) {
      if (!isSame(path, own)) return "another path";
      if (used || now() >= until) return "too late";
      used = true;
      return "opened";
    },
  };
}
