import type { Context } from "aws-lambda";
import pTimeout from "p-timeout";
import type { Environment } from "../config/environment.ts";
import { second } from "../config/time.ts";
import type { Action } from "../domain/plan.ts";
import { type RecordBody, recordBody } from "../domain/records.ts";
import { tagDelaySeconds } from "../domain/trigger.ts";
import type { ImageWorld, World } from "../domain/world.ts";
import { keyOf, tagImage, untagImage } from "../io/image-tags.ts";
import { writeRecord } from "../io/records.ts";
import { triggerReconcile } from "../io/triggers.ts";
import { logger } from "../telemetry/logger.ts";
import { type Answer, answer, type Call, callerOf, refusal } from "./http.ts";
import { type Accepted, applied, type Caller, type Decision } from "./interventions.ts";
import { partOfPlan } from "./plan.ts";

/** The time that the function has left. */
export type Remaining = Pick<Context, "getRemainingTimeInMillis">;

/** What the handlers of all calls share. */
export interface ApiContext {
  environment: Environment;
  /** Reads the whole world. */
  observe(lambda: Remaining): Promise<World>;
  /** Reads images and channels only, and works while everything else does not answer. */
  observeImages(): Promise<ImageWorld>;
}

/** A call that decides about an image. */
interface Intervening<Body> {
  /** For the log and the trigger: `revoke`. */
  what: string;
  body: Body;
  call: Call;
  lambda: Remaining;
  decide: (world: ImageWorld, body: Body, caller: Caller) => Decision;
}

/**
 * The answer leaves out a plan that is not known this long, in milliseconds, before the function's own timeout: the
 * decision is already written.
 */
const reservedForAnswer = 15 * second;

/**
 * Decides from images and channels, writes the decision onto the image and triggers a reconcile run; a dry run only
 * decides. The answer says what is planned once the decision stands, or why the plan is unknown.
 * @throws a refusal if the decision is one
 */
export async function intervene<Body extends { reason: string; dryRun: boolean }>(
  { environment, observe, observeImages }: ApiContext,
  { what, body, call, lambda, decide }: Intervening<Body>,
): Promise<Answer> {
  const world = await observeImages();
  if (world.unreadable && what !== "revoke")
    throw refusal(503, world.unreadable, "POST /revoke, which needs no records, or this call later");
  const by = callerOf(call);
  const decision = decide(world, body, { by, at: world.now });
  logger.info(what, { ...body, by, decision });
  if (decision.outcome === "refused") throw refusal(decision.status, decision.why, decision.allowed);
  const { variant, image, write, remove, records, message } = decision;
  if (!body.dryRun) {
    await keep(environment.BUCKET, decision, recordBody(by, world.now, body.reason));
    await triggerReconcile(environment.QUEUE_URL, { variant, call: `${what} ${image}` }, tagDelaySeconds);
  }
  return answer(body.dryRun ? 200 : 202, {
    variant,
    image,
    dryRun: body.dryRun,
    tags: {
      write: Object.fromEntries(Object.entries(write).map(([name, value]) => [keyOf(name), value])),
      remove: remove.map(keyOf),
    },
    records,
    message,
    ...(await planAfter(
      { observe, lambda },
      (action) => action.variant === variant,
      (planned) => applied(planned, decision),
    )),
  });
}

/**
 * Writes a decision: each record before the tag that it confirms, and after the removal of a tag that it ends. A
 * revocation needs no record to count, so it is tagged even if S3 does not answer; reconcile then records it.
 */
async function keep(bucket: string, { image, write, remove, records }: Accepted, body: RecordBody): Promise<void> {
  if (remove.length > 0) await untagImage(image, remove);
  const recorded = Promise.all(records.map((key) => writeRecord(bucket, key, body)));
  const isRevocation = remove.length === 0 && !("approved" in write);
  await (isRevocation ? recorded.catch((error) => logger.warn("not recorded yet", { error })) : recorded);
  if (Object.keys(write).length > 0) await tagImage(image, write);
}

/**
 * What is planned once a decision stands, as far as it fits; or null and the reason. The decision stands in either case.
 */
export async function planAfter(
  { observe, lambda }: Pick<ApiContext, "observe"> & { lambda: Remaining },
  fits: (action: Action) => boolean,
  decided: (world: World) => World,
) {
  try {
    const milliseconds = lambda.getRemainingTimeInMillis() - reservedForAnswer;
    if (milliseconds <= 0) throw new Error("no time is left to read the world");
    const world = await pTimeout(observe(lambda), { milliseconds, message: "reading the world takes too long" });
    return { plan: partOfPlan(decided(world), fits) };
  } catch (error) {
    logger.warn("plan unknown", { error: error as Error });
    return { plan: null, planUnknown: (error as Error).message };
  }
}
