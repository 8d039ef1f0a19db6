import type { Environment } from "../config/environment.ts";
import { second } from "../config/time.ts";
import type { World } from "../domain/world.ts";
import { keyOf, tagImage, untagImage } from "../io/image-tags.ts";
import { readImages } from "../io/images.ts";
import { wake } from "../io/triggers.ts";
import { logger } from "../telemetry/logger.ts";
import { type Answer, answer, type Call, callerOf, refusal } from "./http.ts";
import { applied, type Caller, type Decision } from "./interventions.ts";
import { planOf } from "./plan.ts";
import { untilVisible } from "./visible-tags.ts";

/** What a function was deployed with. */
export interface Deployed {
  environment: Environment;
  /** Reads the world as it is now. */
  look(): Promise<World>;
  /** Reads images and channels only, and does not depend on anything else to answer. */
  lookAtImages(): Promise<World>;
}

type Accepted = Extract<Decision, { outcome: "accepted" }>;

/** What is decided is done by then; the function itself has 30 seconds (infra/api.ts). */
const longestLook = 10 * second;

/**
 * Looks at images and channels, decides, writes the decision onto the image and wakes reconcile; on a dry run the last two are left out. Only
 * then it looks at everything: the answer says what is planned once the decision stands, or why nobody can tell.
 * @throws a refusal where the decision is one
 */
export async function intervene<Order extends { reason: string; dryRun: boolean }>(
  { environment, look, lookAtImages }: Deployed,
  what: string,
  order: Order,
  call: Call,
  decide: (world: World, order: Order, caller: Caller) => Decision,
): Promise<Answer> {
  const world = await lookAtImages();
  const by = callerOf(call);
  const decision = decide(world, order, { by, at: world.now });
  logger.info(what, { ...order, by, decision });
  if (decision.outcome === "refused") throw refusal(decision.status, decision.why, decision.allowed);
  const { variant, image, write, remove, message } = decision;
  if (!order.dryRun) {
    if (Object.keys(write).length > 0) await tagImage(image, write);
    if (remove.length > 0) await untagImage(image, remove);
    if (!(await inTime(untilVisible(() => readImages(environment.STAGE, variant), decision)).catch(() => false)))
      logger.warn("the tag is not visible yet", { image });
    await wake(environment.QUEUE_URL, variant, `${what} ${image}`);
  }
  return answer(order.dryRun ? 200 : 202, {
    variant,
    image,
    dryRun: order.dryRun,
    tags: {
      write: Object.fromEntries(Object.entries(write).map(([name, value]) => [keyOf(name), value])),
      remove: remove.map(keyOf),
    },
    message,
    ...(await planned(look, decision)),
  });
}

/** The plan of the variant, or null and why: what was decided is done all the same. */
async function planned(look: Deployed["look"], decision: Accepted) {
  try {
    const { actions } = planOf(applied(await inTime(look()), decision));
    return { plan: actions.filter(({ variant }) => variant === decision.variant) };
  } catch (error) {
    logger.warn("plan unknown", { error: error as Error });
    return { plan: null, planUnknown: (error as Error).message };
  }
}

async function inTime<T>(work: Promise<T>): Promise<T> {
  const late = Promise.withResolvers<never>();
  const alarm = setTimeout(() => late.reject(new Error("looking at everything takes too long")), longestLook);
  try {
    return await Promise.race([work, late.promise]);
  } finally {
    clearTimeout(alarm);
  }
}
