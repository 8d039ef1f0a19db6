import type { Action } from "../domain/actions.ts";
import type { Trigger } from "../domain/trigger.ts";
import type { World } from "../domain/world.ts";

/** Texts of triggers that a log line bears. */
const mostTriggers = 10;

/** The triggers of a look as its log lines list them, each once: `build project:7 SUCCEEDED`. A storm is cut short. */
export function listTriggers(triggers: readonly Trigger[]): string[] {
  const texts = [...new Set(triggers.map(({ kind, about }) => `${kind} ${about}`))];
  const more = texts.length - mostTriggers;
  return more > 0 ? [...texts.slice(0, mostTriggers), `and ${more} more`] : texts;
}

/** The correlation ID of what an action is about: the token of the order, of the build that is told of, of the build that made the image. */
export function tokenOf(action: Action, world: World): string | undefined {
  if ("order" in action) return action.order.token;
  const about = action.do === "announce" ? action.fact : action;
  if ("token" in about && about.token) return about.token;
  const build = "build" in about ? world.builds.find(({ id }) => id === about.build) : undefined;
  const image = "image" in about ? world.images.find(({ id }) => id === about.image) : undefined;
  return build?.token ?? image?.token;
}
