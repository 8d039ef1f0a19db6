import type { Build, Purpose } from "../builds.ts";
import type { Fact } from "../facts.ts";
import { type Failure, type FailureClass, isWorthReporting, retryOf } from "../failures.ts";
import { harvestsOf } from "../harvest-decision.ts";
import { canonical, type RecordedInputs, sha256 } from "../inputs.ts";
import { iso } from "../time.ts";
import { endedWithout, type VariantState } from "../variant-state.ts";
import type { World } from "../world.ts";

interface Ended {
  purpose: Purpose;
  build: string;
  /** Correlation ID from plan to notification. */
  token: string;
  inputs: RecordedInputs;
  /** Link to the log, for people. */
  log: string | undefined;
}

export type BuildFact =
  | (Ended & {
      kind: "failed";
      failure: Failure;
      image: string | undefined;
      next: string;
    })
  | (Ended & { kind: "gave-up"; why: string })
  /** The first success after failures that were told. */
  | (Ended & { kind: "recovered"; image: string | undefined; failures: number; last: FailureClass | undefined });

export function buildFacts(world: World, state: VariantState): Fact[] {
  return state.builds.flatMap((build) => [...failed(world, state, build), ...recovered(world, state, build)]);
}

function failed(world: World, state: VariantState, build: Build): Fact[] {
  // What was known when this build ended: it and those before it. The failures of a harvest count for all variants that need it.
  const all = build.purpose === "harvest" ? harvestsOf(world, build.inputs.baseAmi) : state.builds;
  const then = { ...state, builds: all.filter(({ startedAt }) => startedAt <= build.startedAt) };
  const ended = endedWithout(then, build.inputs);
  if (build.status !== "failed" || !build.failure || !isWorthReporting(ended)) return [];
  const retry = retryOf(ended);
  const next =
    retry.when === "never"
      ? "Not tried again until an input changes or somebody asks."
      : `Tried again after ${iso(retry.at)}.`;
  const { failure, image } = build;
  const common = { ...told(state, build), at: build.endedAt ?? build.startedAt };
  const facts: Fact[] = [{ ...common, kind: "failed", key: failedKey(build), failure, image, next }];
  if (retry.when === "never")
    facts.push({
      ...common,
      kind: "gave-up",
      key: `gave-up/${common.variant}/${sha256(canonical(build.inputs)).slice(0, 16)}`,
      why: retry.why,
    });
  return facts;
}

/** A harvest that succeeds does not mend a build, nor the other way round. */
function recovered(world: World, state: VariantState, build: Build): Fact[] {
  if (build.status !== "succeeded") return [];
  const isHarvest = build.purpose === "harvest";
  const before = state.builds.filter(
    (one) => one.startedAt < build.startedAt && (one.purpose === "harvest") === isHarvest,
  );
  const success = before.findIndex(({ status }) => status === "succeeded");
  const failures = before
    .slice(0, success === -1 ? before.length : success)
    .filter((one) => one.status === "failed" && world.announced.has(failedKey(one)));
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
