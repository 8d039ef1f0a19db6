import type { ChannelName } from "../config/channel-names.ts";
import type { Environment } from "../config/environment.ts";
import type { Action } from "../domain/actions.ts";
import type { World } from "../domain/world.ts";
import { orderLifetime, startBuild } from "../io/builds.ts";
import { writeChannel } from "../io/channels.ts";
import { deprecateImage, deregisterImage, disableImage, releaseImage, restoreImage } from "../io/image-lifecycle.ts";
import { tagImage } from "../io/image-tags.ts";
import { type Image, publicationToTag } from "../io/images.ts";
import { announce } from "../io/notifications.ts";
import { isOvertaken, lookAgain, type Writing } from "./recheck.ts";

/** What came of one action. */
export type Outcome = { action: Action } & (
  | { result: "done"; detail?: string }
  | { result: "no-room"; detail: string }
  /** Nothing was written: the world has changed since the plan was made, and the next look decides. */
  | { result: "stale" }
  /** Not done because what the channel holds could not be told. */
  | { result: "held-back" }
  | { result: "failed"; error: Error }
);

/** What an action is carried out with. */
interface Means {
  /** As the plan saw it. */
  world: World;
  environment: Environment;
  /** Milliseconds since the epoch. */
  clock: () => number;
}

/**
 * Carries a plan out, the variants side by side, the actions of each in their order. What fails is planned anew by the next look and
 * keeps nothing else from being done, with one exception: a channel whose image could not be announced is not moved on, unless nobody
 * should get that image. Never throws.
 */
export async function act(
  actions: readonly Action[],
  world: World,
  environment: Environment,
  clock: () => number,
): Promise<Outcome[]> {
  const variants = [...new Set(actions.map(({ variant }) => variant))];
  const outcomes = await Promise.all(
    variants.map((variant) =>
      inOrder(
        actions.filter((action) => action.variant === variant),
        { world, environment, clock },
      ),
    ),
  );
  return outcomes.flat();
}

async function inOrder(actions: Action[], means: Means): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  const untold = new Set<ChannelName>();
  for (const action of actions) {
    const heldBack = action.do === "publish" && action.leaves === undefined && untold.has(action.channel);
    const outcome: Outcome = heldBack ? { action, result: "held-back" } : await carryOut(action, means);
    outcomes.push(outcome);
    if (outcome.result === "failed" && action.do === "announce")
      if (action.fact.kind === "published" || action.fact.kind === "rolled-back") untold.add(action.fact.channel);
  }
  return outcomes;
}

async function carryOut(action: Action, means: Means): Promise<Outcome> {
  const { environment } = means;
  try {
    switch (action.do) {
      case "announce":
        await announce(environment.TOPIC_ARN, environment.BUCKET, action.fact);
        return { action, result: "done" };
      case "publish":
      case "deprecate":
      case "disable":
      case "restore":
      case "release":
      case "deregister":
        return { action, result: (await write(action, means)) ? "done" : "stale" };
      case "build":
      case "prove":
      case "harvest": {
        if (means.clock() - means.world.now >= orderLifetime) return { action, result: "stale" };
        const started = await startBuild(environment.PROJECT_NAME, action.order);
        if (started.outcome === "no-room") return { action, result: "no-room", detail: started.why };
        return { action, result: "done", detail: started.build ?? "already started" };
      }
      case "wait":
      case "nothing":
        return { action, result: "done" };
    }
  } catch (cause) {
    const error = new Error(`${gerunds[action.do]} for ${action.variant}: ${(cause as Error).message}`, { cause });
    return { action, result: "failed", error };
  }
}

/** False where another look has decided otherwise. */
async function write(action: Writing, { world, environment, clock }: Means): Promise<boolean> {
  const now = clock();
  const fresh = await lookAgain(action, world, environment, now);
  if (!fresh) return false;
  const image = fresh.images.find(({ id }) => id === action.image) as Image;
  switch (action.do) {
    case "publish": {
      const { channel, variant, previous } = action;
      await tagImage(image.id, { [`published-${channel}`]: publicationToTag({ at: now, previous }) });
      if (await isOvertaken(action, fresh, environment)) return false;
      return writeChannel(environment, variant, channel, image.id, fresh.channels[variant]?.[channel] === undefined);
    }
    case "deprecate":
      await deprecateImage(image.id, now);
      return true;
    case "disable":
      await disableImage(image, action.because, now);
      return true;
    case "restore":
      await restoreImage(image);
      return true;
    case "release":
      await releaseImage(image.id, now);
      return true;
    case "deregister":
      await deregisterImage(image.id);
      return true;
  }
}

const gerunds: Record<Action["do"], string> = {
  announce: "announcing",
  publish: "writing the channel",
  build: "starting a build",
  prove: "starting a proof",
  harvest: "starting a harvest",
  deprecate: "deprecating the image",
  disable: "disabling the image",
  restore: "restoring the image",
  release: "releasing the image",
  deregister: "deregistering the image",
  wait: "waiting",
  nothing: "doing nothing",
};
