import { unaccounted } from "../policies/accounts.ts";
import { reviewCalls } from "../policies/review.ts";
import type { Spoke } from "../policies/spoke.ts";
import type { Stack } from "../stack/stack.ts";
import type { StoryName } from "./stories.ts";

/** The verdict of the deployed policies on all calls of a rehearsal. */
export interface Permissions {
  /** Calls by roles: those of functions, builds, instances and schedules. */
  calls: number;
  /** Distinct pairs of role and action. */
  actions: number;
  statements: number;
  /** Calls that the policies do not allow. */
  denied: string[];
  /** The number of allowed actions that no call needed. */
  unused: number;
  /** Unused actions for which local/policies/unrecorded.ts has no reason, or a wrong one. */
  unexplained: string[];
}

/**
 * @param story the story, if it was played whole and with its own configuration; only then are unexplained unused
 * actions reported
 * @param part matches those of them that are reported
 */
export async function permissionsOf(
  stack: Pick<Stack, "calls" | "emulator" | "deployment">,
  story: StoryName | undefined,
  part = /^/,
  spokes: readonly Spoke[] = [],
): Promise<Permissions> {
  const { region, accountId } = stack.emulator;
  const place = { partition: "aws", region, accountId };
  const review = reviewCalls(await stack.calls(), stack.deployment.resources, place, spokes);
  const { calls, actions, statements, denied, unused } = review;
  return {
    calls,
    actions,
    statements,
    denied,
    unused: unused.length,
    unexplained: story ? unaccounted(review, story).filter((one) => part.test(one)) : [],
  };
}
