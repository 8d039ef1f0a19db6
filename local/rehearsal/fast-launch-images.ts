import { minute } from "../../functions/config/time.ts";
import { type Expectation, nothing } from "./act.ts";
import { awsBegins } from "./fast-launch-watch.ts";
import type { Stage } from "./stage.ts";

/** What the proofs of the images that are ready have measured, in milliseconds. */
const usual = 200_000;
export const slow = 400_000;
const size = 30 * 1024 ** 3;

export const published: Expectation = {
  ...nothing,
  candidate: "new",
  stable: "new",
  notifications: ["published/candidate", "published/stable"],
};

export function ready(stage: Stage, start = usual): Promise<string> {
  return stage.readyImage(stage.stack.configuration.variants[0]?.name ?? "", { start, size });
}

/** The image that was made ready last, or so many before it. */
export function latest({ readied }: Stage, before = 0): string {
  return readied.at(-1 - before)?.image ?? "";
}

/** Lets both channels take a new image, in one run after the soak. */
export async function publish(stage: Stage, signal: AbortSignal, start?: number): Promise<string> {
  const image = await ready(stage, start);
  await stage.pass(stage.stack.configuration.policies.soak + 15 * minute);
  await awsBegins(stage, image, "enabling", signal);
  return image;
}
