import { unaccounted } from "../policies/accounts.ts";
import { reviewCalls } from "../policies/review.ts";
import type { Stack } from "../stack/stack.ts";
import type { StoryName } from "./stories.ts";

/** What the deployed policies say to all calls of a rehearsal. */
export interface Permissions {
  /** By roles: functions, builds, instances, schedules. */
  calls: number;
  /** Distinct pairs of role and action. */
  actions: number;
  statements: number;
  /** What was called and is not allowed. */
  denied: string[];
  /** Actions of statements that no call needed. */
  unused: number;
  /** What of that has no reason in local/policies/unrecorded.ts, and what has a wrong one there. */
  unexplained: string[];
}

/** @param story where all of it was played with its own configuration: only then is what it left unused told as unexplained */
export async function permissionsOf(
  stack: Pick<Stack, "calls" | "emulator" | "deployment">,
  story: StoryName | undefined,
): Promise<Permissions> {
  const { region, accountId } = stack.emulator;
  const place = { partition: "aws", region, accountId };
  const review = reviewCalls(await stack.calls(), stack.deployment.resources, place);
  const { calls, actions, statements, denied, unused } = review;
  return {
    calls,
    actions,
    statements,
    denied,
    unused: unused.length,
    unexplained: story ? unaccounted(review, story) : [],
  };
}
