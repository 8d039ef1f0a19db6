import { announce } from "./announcements.ts";
import { startBuild } from "./builds.ts";
import { writeChannel } from "./channels.ts";
import type { Environment } from "./environment.ts";
import type { Action } from "./plan.ts";

/** What came of one action. */
export type Outcome = { action: Action } & (
  | { result: "done"; detail?: string }
  | { result: "no-room"; detail: string }
  | { result: "failed"; error: Error }
);

/**
 * Carries a plan out, the variants side by side, the actions of each in their order. What fails is planned anew by the next look and
 * keeps nothing else from being done, with one exception: a channel whose image could not be announced is not moved on. Never throws.
 */
export async function act(actions: readonly Action[], environment: Environment): Promise<Outcome[]> {
  const variants = [...new Set(actions.map(({ variant }) => variant))];
  const outcomes = await Promise.all(
    variants.map((variant) =>
      inOrder(
        actions.filter((action) => action.variant === variant),
        environment,
      ),
    ),
  );
  return outcomes.flat();
}

async function inOrder(actions: Action[], environment: Environment): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  const untold = new Set<string>();
  for (const action of actions) {
    if (action.do === "publish" && untold.has(action.channel)) continue;
    const outcome = await carryOut(action, environment);
    outcomes.push(outcome);
    if (outcome.result === "failed" && action.do === "announce" && action.fact.kind === "published")
      untold.add(action.fact.channel);
  }
  return outcomes;
}

async function carryOut(action: Action, environment: Environment): Promise<Outcome> {
  try {
    switch (action.do) {
      case "announce":
        await announce(environment.TOPIC_ARN, environment.BUCKET, action.fact);
        return { action, result: "done" };
      case "publish":
        await writeChannel(environment.CHANNELS_PREFIX, action.variant, action.channel, action.image);
        return { action, result: "done" };
      case "deprecate":
      case "disable":
      case "restore":
      case "deregister":
        throw new Error(`${action.do} is not planned yet`);
      case "build":
      case "prove":
      case "harvest": {
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

const gerunds: Record<Action["do"], string> = {
  announce: "announcing",
  publish: "writing the channel",
  build: "starting a build",
  prove: "starting a proof",
  harvest: "starting a harvest",
  deprecate: "deprecating the image",
  disable: "disabling the image",
  restore: "restoring the image",
  deregister: "deregistering the image",
  wait: "waiting",
  nothing: "doing nothing",
};
