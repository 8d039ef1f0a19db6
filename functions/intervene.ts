import type { Environment } from "./environment.ts";
import { type Answer, answer, type Call, callerOf, refusal } from "./http.ts";
import { keyOf, tagImage, untagImage } from "./image-tags.ts";
import { applied, type Caller, type Decision } from "./interventions.ts";
import { logger } from "./logger.ts";
import { planOf } from "./plan-answer.ts";
import { wake } from "./wake.ts";
import type { World } from "./world.ts";

/** What a function was deployed with. */
export interface Deployed {
  environment: Environment;
  /** Reads the world as it is now. */
  look(): Promise<World>;
}

/**
 * Looks, decides, writes the decision onto the image and wakes reconcile; on a dry run the last two are left out. The answer says what is
 * planned once the decision stands.
 * @throws a refusal where the decision is one
 */
export async function intervene<Order extends { reason: string; dryRun: boolean }>(
  { environment, look }: Deployed,
  what: string,
  order: Order,
  call: Call,
  decide: (world: World, order: Order, caller: Caller) => Decision,
): Promise<Answer> {
  const world = await look();
  const by = callerOf(call);
  const decision = decide(world, order, { by, at: world.now });
  logger.info(what, { ...order, by, decision });
  if (decision.outcome === "refused") throw refusal(decision.status, decision.why, decision.allowed);
  const { variant, image, write, remove, message } = decision;
  if (!order.dryRun) {
    if (Object.keys(write).length > 0) await tagImage(image, write);
    if (remove.length > 0) await untagImage(image, remove);
    await wake(environment.QUEUE_URL, variant, `${what} ${image}`);
  }
  const { actions } = planOf(applied(world, decision));
  const plan = actions.filter((action) => action.variant === variant);
  return answer(order.dryRun ? 200 : 202, {
    variant,
    image,
    dryRun: order.dryRun,
    tags: {
      write: Object.fromEntries(Object.entries(write).map(([name, value]) => [keyOf(name), value])),
      remove: remove.map(keyOf),
    },
    message,
    plan,
  });
}
