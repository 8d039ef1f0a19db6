import type { Build } from "../../io/builds.ts";
import type { Ended } from "../failures.ts";
import { canonical, type RecordedInputs } from "../inputs.ts";
import type { VariantState } from "../variant-state.ts";
import type { World } from "../world.ts";
import { describeLost, isWithoutImage } from "./lost-images.ts";
import { settlingTime } from "./settling.ts";

/** What became of the builds of these inputs since their last success, oldest first. A success without an image is none. */
export function endedWithout(state: Pick<VariantState, "builds" | "images">, inputs: RecordedInputs): Ended[] {
  const same = sameAs(inputs, state.builds);
  const success = same.findIndex((build) => build.status === "succeeded" && !isWithoutImage(build, state.images));
  return same
    .slice(0, success === -1 ? same.length : success)
    .flatMap((build) => endedOf(build, describeLost(build)) ?? [])
    .toReversed();
}

/** All variants' harvests from an image, newest first. */
export function harvestsOf({ builds }: World, source: string | undefined): Build[] {
  return builds
    .filter(({ purpose, inputs }) => purpose === "harvest" && inputs.baseAmi === source)
    .toSorted((a, b) => b.startedAt - a.startedAt || (a.id < b.id ? 1 : -1));
}

/** What became of harvests of these inputs whose manifest is missing all the same, oldest first: one that succeeded has failed at that, too. */
export function harvestedInVain(harvests: readonly Build[], inputs: RecordedInputs): Ended[] {
  return sameAs(inputs, harvests)
    .flatMap((build) => endedOf(build, `${build.id} left no usable manifest`) ?? [])
    .toReversed();
}

/** Whether a harvest by the deployed scripts has succeeded, and there is no usable manifest in spite of it. It may become visible late. */
export function isWithoutManifest({ recipe, harvests }: World, { purpose, status, inputs }: Build): boolean {
  return (
    purpose === "harvest" &&
    status === "succeeded" &&
    inputs.recipe === recipe &&
    harvests[inputs.baseAmi ?? ""]?.state === "missing"
  );
}

/** How a build ended that has no result to show for it; undefined while it runs. */
function endedOf(build: Build, lost: string): Ended | undefined {
  const { status, failure, startedAt, endedAt = startedAt } = build;
  if (status === "running") return undefined;
  if (status === "failed" || status === "stopped") return { status, failure, endedAt };
  return {
    status: "failed",
    failure: { class: "unknown", cause: lost, lines: [] },
    endedAt: endedAt + settlingTime,
  };
}

function sameAs(inputs: RecordedInputs, builds: readonly Build[]): Build[] {
  return builds.filter((build) => canonical(build.inputs) === canonical(inputs));
}
