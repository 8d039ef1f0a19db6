import { iso } from "../config/time.ts";
import type { Action } from "../domain/actions.ts";
import { plan } from "../domain/plan.ts";
import type { World } from "../domain/world.ts";

/** The plan as `GET /plan` answers it: what the next reconcile would do, and what not, with reasons. */
export function planOf(world: World) {
  return { now: iso(world.now), actions: plan(world).map(tell) };
}

/** An action as plain JSON; times are ISO 8601. */
export function tell(action: Action) {
  switch (action.do) {
    case "announce":
      return { do: action.do, variant: action.variant, fact: action.fact.key };
    case "build":
    case "prove":
    case "harvest":
      return {
        do: action.do,
        variant: action.variant,
        inputs: action.order.inputs,
        token: action.order.token,
        reasons: action.reasons,
      };
    case "wait":
      return { ...action, until: action.until === undefined ? null : iso(action.until) };
    default:
      return action;
  }
}
