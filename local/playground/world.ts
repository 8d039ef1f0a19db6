import { minute } from "../../functions/config/time.ts";
import type { ScheduledTrigger, Trigger } from "../../functions/domain/trigger.ts";
import { variableOf } from "../codebuild/build.ts";
import type { Say } from "../rehearsal/narrate.ts";
import { setStage } from "../rehearsal/stage.ts";
import { until } from "../rehearsal/until.ts";
import type { Stack } from "../stack/stack.ts";
import type { Release } from "./orders.ts";
import type { Timekeeper } from "./timekeeper.ts";

/** What somebody can let happen around the service of a stack that stays up. */
export interface World {
  /** Resolves once no build runs, reconcile has handled all triggers and all notifications have arrived. */
  quiet(): Promise<void>;
  /** Lets time pass once nothing is at work any more, because a build would not live through a jump. */
  pass(milliseconds: number): Promise<void>;
  /** Lets time pass to the next look of a schedule at which every variant may be built again. */
  passTo(trigger: Trigger["kind"]): Promise<void>;
  /** Releases something, then lets time pass until the service finds it. */
  release(what: Release): Promise<void>;
  /** Lets the proof of the next image fail that is built from now on. */
  spoilNext(): Promise<void>;
}

const finds: Record<Release, ScheduledTrigger> = {
  base: "base-ami",
  kubernetes: "kubernetes",
  "patch-tuesday": "patch-tuesday",
};

/** @param say hears where the clock has gone */
export function setWorld(stack: Stack, time: Timekeeper, say: Say, signal: AbortSignal): World {
  const { clock, codebuild, schedules } = stack;
  const stage = setStage(stack);

  async function quiet(): Promise<void> {
    const isBuilding = () => codebuild.builds().some(({ buildComplete }) => !buildComplete);
    if (isBuilding()) say("waiting    until the running build has ended");
    do {
      await until(stack, "all builds have ended", () => !isBuilding(), signal);
      await stack.idle(signal);
    } while (isBuilding());
  }

  async function jump(to: () => Date | Promise<Date>, why = ""): Promise<void> {
    await quiet();
    const [from, date] = [clock.now(), await to()];
    say(`clock      ${timeText(from)} → ${timeText(date)}${why}`);
    await time.advanceTo(date);
  }

  /** When the last of the variants may be built again after its last image. */
  function endOfRest(): Date {
    const built = codebuild
      .builds()
      .filter((build) => variableOf(build, "PURPOSE") === "build" && build.buildStatus === "SUCCEEDED");
    const starts = built.map(({ startTime }) => startTime.getTime());
    const { minInterval } = stack.configuration.policies;
    return new Date(Math.max(clock.now().getTime(), ...starts.map((start) => start + minInterval + minute)));
  }

  const passTo = (trigger: Trigger["kind"]) =>
    jump(() => schedules.nextAfter(endOfRest(), trigger), `, the next ${trigger} schedule after minInterval`);

  return {
    quiet,
    pass: (milliseconds) => jump(() => new Date(clock.now().getTime() + milliseconds)),
    passTo,
    async release(what) {
      if (what === "base") await stage.releaseBaseAmis(stack.configuration.variants);
      if (what === "kubernetes") stage.releaseKubernetes();
      if (what !== "patch-tuesday") say(`release    ${what}`);
      await passTo(finds[what]);
    },
    async spoilNext() {
      await quiet();
      stage.spoilProofs(1);
    },
  };
}

/** `2026-10-14 16:15`, in UTC. */
export function timeText(date: Date): string {
  return date.toISOString().slice(0, 16).replace("T", " ");
}
