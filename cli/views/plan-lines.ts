import type { actionToJson } from "../../functions/api/plan.ts";
import { indented, wrapped } from "../terminal/text.ts";

export type PlannedAction = ReturnType<typeof actionToJson>;

/** What is planned: each action, with its reasons below it. */
export function planLines(actions: readonly PlannedAction[], width: number): string[] {
  return actions.flatMap((action) => {
    const reasons = ("reasons" in action && action.reasons) || [];
    return [
      ...wrapped(`${action.variant}: ${actionText(action)}`, width),
      ...reasons.flatMap((reason) => indented(reason, 2, width)),
    ];
  });
}

/** An action without its variant and its reasons. */
export function actionText(action: PlannedAction): string {
  switch (action.do) {
    case "announce":
      return `notify subscribers (${action.fact})`;
    case "build":
      return "build an image";
    case "prove":
      return "boot an image and check it";
    case "harvest":
      return "harvest AWS's EKS image";
    case "prove-place":
      return "boot an image in a place and check it";
    case "publish":
      return `${action.channel} takes ${action.image}${action.previous ? ` instead of ${action.previous}` : ""}`;
    case "confirm":
      return `record that ${action.channel} holds ${action.image}`;
    case "wait":
      return `${waiter(action)} waits${action.until === null ? "" : ` until ${action.until}`}`;
    case "nothing":
      return "no build is needed";
    case "sweep":
      return `remove the ${action.type} ${action.resource}`;
    case "roll":
    case "point":
      return `the fleet ${action.fleet} gets ${action.image}${action.from === null ? "" : ` instead of ${action.from}`}`;
    case "refresh":
      return `the nodes of the fleet ${action.fleet} are replaced by ${action.image}`;
    case "cancel":
      return `stop the change ${action.update} of the fleet ${action.fleet}`;
    case "prune":
      return `delete the versions ${action.versions.join(", ")} of ${action.template}`;
    case "arrive":
      return `record that the fleet ${action.fleet} runs ${action.image}`;
    case "conclude":
      return `record how the rollout of the fleet ${action.fleet} ended`;
    case "sight":
      return `record that AWS shows the fleet ${action.fleet}${action.sight === "lost" ? " no more" : " again"}`;
    case "sight-place":
      return `record that ${action.place} answers${action.sight === "lost" ? " no more" : " again"}`;
    case "copy":
      return `copy ${action.image} to ${action.place}`;
    case "share":
      return `share ${action.image} with ${action.place}`;
    case "unshare":
      return `share ${action.image} with ${action.place} no more`;
    case "publish-there":
      return `${action.channel} in ${action.place} gets ${action.id}${action.previous === undefined ? "" : ` instead of ${action.previous}`}`;
    case "enable-there":
    case "release-there":
    case "disable-there":
    case "deregister-there":
      return `${action.do.replace("-there", "")} ${action.id} in ${action.place}`;
    case "fast-launch-there":
      return `${action.enable ? "enable" : "disable"} Fast Launch of ${action.id} in ${action.place}`;
    default:
      return `${action.do} ${action.image}`;
  }
}

function waiter(action: Extract<PlannedAction, { do: "wait" }>): string {
  if (action.for === "fleet") return `the fleet ${action.fleet}`;
  if (action.for === "place") return `${action.channel ?? "an image"} in ${action.place}`;
  if (action.for === "sweep") return `removing ${action.resource}`;
  return action.for === "build" ? "the build" : action.for;
}
