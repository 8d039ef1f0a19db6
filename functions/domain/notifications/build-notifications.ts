import { iso } from "../../config/time.ts";
import type { Build } from "../../io/builds.ts";
import { endedWithout, harvestedInVain, harvestsOf, isWithoutManifest } from "../building/ended-builds.ts";
import { settlingTime } from "../building/settling.ts";
import { type Ended, type Failure, type FailureClass, isWorthReporting, retryOf } from "../failures.ts";
import { canonical, type RecordedInputs, sha256 } from "../inputs.ts";
import type { Purpose } from "../purposes.ts";
import type { VariantState } from "../variant-state.ts";
import type { World } from "../world.ts";
import type { Told } from "./notification.ts";

interface About {
  purpose: Purpose;
  build: string;
  /** Correlation ID from plan to notification. */
  token: string;
  inputs: RecordedInputs;
  /** Link to the log, for people. */
  log: string | undefined;
}

export type BuildFact =
  | (About & {
      kind: "failed";
      failure: Failure;
      image: string | undefined;
      next: string;
    })
  | (About & { kind: "gave-up"; why: string })
  /** The first success after failures that were told. */
  | (About & { kind: "recovered"; image: string | undefined; failures: number; last: FailureClass | undefined });

export function buildFacts(world: World, state: VariantState): Told<BuildFact>[] {
  return state.builds.flatMap((build) => [...failed(world, state, build), ...recovered(world, state, build)]);
}

function failed(world: World, state: VariantState, build: Build): Told<BuildFact>[] {
  const ended = endedUntil(world, state, build);
  const failure = isWithoutManifest(world, build) ? ended.at(-1)?.failure : build.failure;
  const at = (build.endedAt ?? build.startedAt) + (build.status === "succeeded" ? settlingTime : 0);
  if (!failure || at > world.now || !isWorthReporting(ended)) return [];
  const retry = retryOf(ended);
  const next =
    retry.when === "never"
      ? "Not tried again until an input changes or somebody asks."
      : `Tried again after ${iso(retry.at)}.`;
  const { image } = build;
  const common = { ...told(state, build), at };
  const facts: Told<BuildFact>[] = [{ ...common, kind: "failed", key: failedKey(build), failure, image, next }];
  if (retry.when === "never")
    facts.push({
      ...common,
      kind: "gave-up",
      key: `gave-up/${common.variant}/${sha256(canonical(build.inputs)).slice(0, 16)}`,
      why: retry.why,
    });
  return facts;
}

/** What was known when this build had ended: it and those of its inputs before it. The failures of a harvest count for all variants that need it. */
function endedUntil(world: World, state: VariantState, { purpose, inputs, startedAt }: Build): Ended[] {
  const all = purpose === "harvest" ? harvestsOf(world, inputs.baseAmi) : state.builds;
  const builds = all.filter((build) => build.startedAt <= startedAt);
  return builds.some((build) => isWithoutManifest(world, build))
    ? harvestedInVain(builds, inputs)
    : endedWithout({ ...state, builds }, inputs);
}

/** A harvest that succeeds does not mend a build, nor the other way round. */
function recovered(world: World, state: VariantState, build: Build): Told<BuildFact>[] {
  if (build.status !== "succeeded" || isWithoutManifest(world, build)) return [];
  const isHarvest = build.purpose === "harvest";
  const before = state.builds.filter(
    (one) => one.startedAt < build.startedAt && (one.purpose === "harvest") === isHarvest,
  );
  const wasTold = (one: Build) => world.announced.has(failedKey(one));
  // A success that was told as a failure was none.
  const success = before.findIndex((one) => one.status === "succeeded" && !wasTold(one));
  const failures = before.slice(0, success === -1 ? before.length : success).filter(wasTold);
  if (failures.length === 0) return [];
  return [
    {
      ...told(state, build),
      kind: "recovered",
      key: `recovered/${build.id}`,
      at: build.endedAt ?? build.startedAt,
      image: build.image,
      failures: failures.length,
      last: failures[0]?.failure?.class,
    },
  ];
}

function told({ variant }: VariantState, { id: build, purpose, token, inputs, log }: Build) {
  return { variant: variant.name, purpose, build, token, inputs, log };
}

function failedKey({ id }: Build): string {
  return `failed/${id}`;
}
