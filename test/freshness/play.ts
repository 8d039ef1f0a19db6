import type { ConfigurationInput } from "../../functions/config/configuration.ts";
import type { BuildOrder } from "../../functions/domain/build-orders.ts";
import type { FailureClass } from "../../functions/domain/failures.ts";
import type { Image } from "../../functions/domain/images.ts";
import { imageName } from "../../functions/domain/packer-variables.ts";
import { type Action, plan, type WriteAction } from "../../functions/domain/plan.ts";
import { nextOccurrence } from "../../local/schedules/timetable.ts";
import { day, minute, newBuild, newImage, newWorld, present } from "../world.ts";
import { newAgenda } from "./agenda.ts";
import type { DeployedTiming } from "./deployed-timing.ts";
import type { Release } from "./releases.ts";

export interface Simulation {
  configuration: Partial<ConfigurationInput>;
  timing: DeployedTiming;
  releases: readonly Release[];
  /** Milliseconds since the epoch. The service is deployed at the first. */
  from: number;
  to: number;
  /** How long a build takes, with its proof. */
  buildMinutes: number;
  /** How the build of this number, from 1, fails; undefined if it succeeds, which all do by default. */
  fails?: (build: number) => { afterMinutes: number; class: FailureClass } | undefined;
}

export interface Played {
  /** Every write of a channel `candidate`. `at` is in milliseconds since the epoch. */
  candidates: { variant: string; at: number; patchTuesday: string }[];
  runs: number;
  builds: number;
}

/** From a trigger to what its reconcile run does, beyond the batching window: delivery, start and the run itself. */
const runTakes = 10_000;
/** CodeBuild's history is read this far back. */
const historyReach = 31 * day;

/** Every fifth build fails while it installs updates. */
export function everyFifthFails(build: number) {
  return build % 5 === 0 ? { afterMinutes: 30, class: "updates" as const } : undefined;
}

/**
 * Plays the service in virtual time: the deployed schedules, rules and batching start runs, the real plan decides, and
 * what it decides is done. Builds take their time and end with an image that has passed its proof, or fail. EC2,
 * CodeBuild and Parameter Store answer at once, and nothing uses old images.
 */
export function play({ configuration, timing, releases, from, to, buildMinutes, fails }: Simulation): Played {
  const agenda = newAgenda(from);
  const world = newWorld(configuration, new Date(from).toISOString());
  const played: Played = { candidates: [], runs: 0, builds: 0 };
  let isTriggered = false;

  function trigger(): void {
    if (isTriggered) return;
    isTriggered = true;
    agenda.at(agenda.now() + timing.batchingWindow + runTakes, () => {
      isTriggered = false;
      reconcile();
    });
  }

  function reconcile(): void {
    played.runs += 1;
    world.now = agenda.now();
    world.builds = world.builds.filter(({ startedAt }) => startedAt > world.now - historyReach);
    for (const action of plan(world)) act(action);
  }

  function act(action: Action): void {
    switch (action.do) {
      case "nothing":
      case "wait":
        return;
      case "announce":
        world.notified.add(action.notification.key);
        return;
      case "build":
        startBuild(action.order);
        return;
      case "confirm":
        imageNamed(action.image).held[action.channel] = world.now;
        return;
      case "publish":
      case "disable":
        write(action);
        return;
      default:
        throw new Error(`the simulation cannot ${action.do}: ${JSON.stringify(action)}`);
    }
  }

  function startBuild({ variant, inputs, attempt, token }: BuildOrder): void {
    played.builds += 1;
    const number = played.builds;
    const build = newBuild(world, { id: `project:${number}`, variant, inputs, attempt, token });
    world.builds.push(build);
    const failure = fails?.(number);
    agenda.at(agenda.now() + (failure?.afterMinutes ?? buildMinutes) * minute, () => {
      world.now = agenda.now();
      const ended = { phase: "COMPLETED", endedAt: world.now };
      if (failure) {
        const { class: failureClass } = failure;
        Object.assign(build, { ...ended, status: "failed", failure: { class: failureClass, cause: "", lines: [] } });
      } else {
        const id = `ami-${String(number).padStart(17, "0")}`;
        Object.assign(build, { ...ended, status: "succeeded", image: id });
        const name = imageName(world.stage, variant, token);
        world.images.push(
          newImage(world, { id, name, variant, inputs, token, createdAt: world.now, provedAt: world.now }),
        );
        world.references[id] = { state: "unused" };
      }
      if (timing.onBuildEnded) trigger();
    });
  }

  function write(action: WriteAction): void {
    const image = imageNamed(action.image);
    if (action.do === "disable") {
      Object.assign(image, { state: "disabled", retiredAt: world.now, retirementRecorded: true });
      return;
    }
    if (action.do !== "publish") return;
    const { variant, channel, previous } = action;
    const version = (world.channels[variant]?.[channel]?.version ?? 0) + 1;
    const holds = { status: "described", createdAt: image.createdAt, state: image.state } as const;
    const written = { image: image.id, version, writtenAt: world.now, holds };
    world.channels[variant] = { ...world.channels[variant], [channel]: written };
    image.published = { ...image.published, [channel]: { at: world.now, previous } };
    if (channel === "candidate")
      played.candidates.push({ variant, at: world.now, patchTuesday: image.inputs.patchTuesday ?? "" });
    if (timing.onChannelChanged) trigger();
  }

  function imageNamed(id: string): Image {
    return present(
      world.images.find((image) => image.id === id),
      `no image ${id}`,
    );
  }

  for (const { expression, timeZone } of timing.schedules) {
    const fireAfter = (time: number) => {
      const next = nextOccurrence({ expression, timeZone, start: new Date(from) }, new Date(time));
      if (next)
        agenda.at(next.getTime(), () => {
          trigger();
          fireAfter(next.getTime());
        });
    };
    fireAfter(from - 1);
  }
  for (const [index, { at, of }] of releases.entries())
    agenda.at(at, () => {
      for (const { name, kubernetes } of world.configuration.variants) {
        const upstream = present(world.upstream[name], `no upstream for ${name}`);
        if (of === "baseAmi") {
          const value = `ami-ba5e${String(index).padStart(13, "0")}`;
          Object.assign(upstream, { baseAmi: { state: "known", value }, baseReleasedAt: at });
        } else {
          const value = `${kubernetes}.${10 + index}`;
          world.binaries[value] = { state: "there" };
          upstream.kubernetes = { state: "known", value };
        }
      }
    });
  agenda.runUntil(to);
  return played;
}
