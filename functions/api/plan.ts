import { iso } from "../config/time.ts";
import { type Action, plan } from "../domain/plan.ts";
import type { World } from "../domain/world.ts";

/** The plan as `GET /plan` answers it: what the next reconcile run would do and not do, with reasons. */
export function planOf(world: World) {
  return { now: iso(world.now), actions: plan(world).map(actionToJson) };
}

/** The part of the plan that fits, in the same way. */
export function partOfPlan(world: World, fits: (action: Action) => boolean) {
  return plan(world).filter(fits).map(actionToJson);
}

/** An action as plain JSON. Times are ISO 8601. */
export function actionToJson(action: Action) {
  switch (action.do) {
    case "announce":
      return { do: action.do, variant: action.variant, fact: action.notification.key };
    case "build":
    case "prove":
    case "harvest":
    case "prove-place":
      return {
        do: action.do,
        variant: action.variant,
        inputs: action.order.inputs,
        token: action.order.token,
        reasons: action.reasons,
      };
    case "wait":
      return { ...action, until: action.until === undefined ? null : iso(action.until) };
    case "roll":
    case "point":
      return { ...action, from: action.from ?? null };
    default:
      return action;
  }
}
