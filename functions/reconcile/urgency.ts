import type { Action } from "../domain/plan.ts";

/** Whether nodes may start an image that they must not start until this is done. */
export function isUrgent(action: Action): boolean {
  switch (action.do) {
    case "publish":
      return action.leaves !== undefined;
    case "record":
    case "deprecate":
      return true;
    case "disable":
      return action.because === "revoked";
    case "roll":
    case "point":
      return action.leaves;
    case "publish-there":
      return action.leaves !== undefined;
    case "cancel":
      return true;
    default:
      return false;
  }
}

/**
 * The place of a variant's actions among those of all variants, because a run may not have the time for all: first what
 * is urgent, then news, publications and builds, last what only clears up.
 */
export function placeOf(actions: readonly Action[]): number {
  if (actions.some(isUrgent)) return 0;
  return actions.some((action) => "order" in action || action.do === "publish" || action.do === "announce") ? 1 : 2;
}
