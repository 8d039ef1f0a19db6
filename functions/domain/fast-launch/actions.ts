import type { FastLaunchDecision } from "./decide.ts";

/** A change of an image's Fast Launch. */
export interface FastLaunchWrite {
  do: "enable-fast-launch" | "disable-fast-launch";
  variant: string;
  image: string;
  reasons: string[];
}

/** `until` is in milliseconds since the epoch; undefined if only EC2, a change or a person ends the wait. */
export type FastLaunchAction =
  | FastLaunchWrite
  | { do: "wait"; variant: string; for: "fast-launch"; image: string; until: number | undefined; reasons: string[] };

/** What a decision about an image needs. */
export function fastLaunchActions(decision: FastLaunchDecision): FastLaunchAction[] {
  const { variant, image, reasons } = decision;
  switch (decision.decision) {
    case "enable":
      return [{ do: "enable-fast-launch", variant, image, reasons }];
    case "disable":
      return [{ do: "disable-fast-launch", variant, image, reasons }];
    case "wait":
      return [{ do: "wait", variant, for: "fast-launch", image, until: decision.until, reasons }];
    default:
      return [];
  }
}
