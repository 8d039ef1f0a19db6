import { once, partition } from "es-toolkit";
import type { Purpose } from "./build-orders.ts";
import type { Failure } from "./failures.ts";
import type { RecordedInputs } from "./inputs.ts";

/** One CodeBuild run of this service. */
export interface Build {
  id: string;
  variant: string;
  /** The name of the place that the build proves an image in. */
  place?: string | undefined;
  purpose: Purpose;
  inputs: RecordedInputs;
  attempt: number;
  /** The order's hash: idempotency token and correlation ID. */
  token: string;
  status: "running" | "succeeded" | "failed" | "stopped";
  /** CodeBuild's name of the current phase, `BUILD` … */
  phase: string;
  /** Milliseconds since the epoch. */
  startedAt: number;
  endedAt: number | undefined;
  /** The image that the build made, or that it was asked to prove or to harvest from. */
  image: string | undefined;
  /** Set on failed builds only. */
  failure: Failure | undefined;
  /** Link to the log in the AWS console. */
  log: string | undefined;
}

/**
 * Builds by what decisions look them up by. Proofs in places say nothing about an image at home: they are only among
 * `all`, which take up room, among those by token, because their resources have it, and among their own.
 */
export interface BuildIndex {
  all: readonly Build[];
  byVariant: ReadonlyMap<string, readonly Build[]>;
  /** Made when first asked for, like {@link byImage}: most plans do not ask. */
  byToken: () => ReadonlyMap<string | undefined, readonly Build[]>;
  byImage: () => ReadonlyMap<string | undefined, readonly Build[]>;
  /** Of every variant, by the image that they harvest from. */
  harvestsFrom: ReadonlyMap<string | undefined, readonly Build[]>;
  /** By the image's ID at home, newest first. */
  inPlaces: ReadonlyMap<string | undefined, readonly Build[]>;
}

export function indexBuilds(builds: readonly Build[]): BuildIndex {
  const harvests = builds.filter(({ purpose }) => purpose === "harvest");
  const [inPlaces, atHome] = partition(builds, ({ purpose }) => purpose === "prove-place");
  return {
    all: builds,
    byVariant: Map.groupBy(atHome, ({ variant }) => variant),
    byToken: once(() => Map.groupBy(builds, ({ token }) => token)),
    byImage: once(() => Map.groupBy(atHome, ({ image }) => image)),
    harvestsFrom: Map.groupBy(harvests, ({ inputs }) => inputs.baseAmi),
    inPlaces: Map.groupBy(latestFirst(inPlaces), ({ image }) => image),
  };
}

/** Latest start first. Builds of the same time are ordered by ID, so that every reconcile run agrees on the order. */
export function latestFirst(builds: readonly Build[]): Build[] {
  return builds.toSorted((a, b) => b.startedAt - a.startedAt || (a.id < b.id ? 1 : -1));
}
