import { takeWhile } from "es-toolkit";
import { minute } from "../../config/time.ts";
import { type Build, latestFirst } from "../builds.ts";
import { isOfProof } from "../failures.ts";
import type { Image } from "../images.ts";
import type { IndexedWorld } from "../indexed-world.ts";
import { areComplete, type RecordedInputs, sameInputs } from "../inputs.ts";
import type { VariantState } from "../variant-state.ts";
import type { EndedRun } from "./retries.ts";

/**
 * EC2 shows images and tags, and S3 shows objects, with a delay. For this long, in milliseconds, a finished build is
 * trusted to have made what it reported (rule 4).
 */
export const settlingTime = 30 * minute;

/** The ended build whose image is not visible yet; undefined if no build is settling. */
export function settlingBuild({ now }: IndexedWorld, state: VariantState): Build | undefined {
  return state.builds.find((build) => now - (build.endedAt ?? 0) < settlingTime && !hasSettled(build, state));
}

/**
 * Whether AWS shows everything that an ended build has left there. Of an image's proofs the latest counts, as its record
 * does.
 */
function hasSettled(build: Build, { builds, images }: Pick<VariantState, "builds" | "images">): boolean {
  const { image, status, purpose } = build;
  if (image === undefined || status === "stopped" || purpose === "harvest") return true;
  const visible = visibleImage(build, images);
  if (!visible) return false;
  const last = builds.find((one) => one.image === image && reportedProof(one) !== undefined);
  return last !== build || visible.proof === reportedProof(build);
}

/** The result of the proof that a build or proof has reported; undefined if it reported none. */
function reportedProof({ purpose, status, failure }: Build): Image["proof"] {
  if (purpose === "harvest") return undefined;
  if (status === "succeeded") return "passed";
  return isOfProof(failure) ? "failed" : undefined;
}

/** The image that a build has made, once EC2 shows it with all its inputs. */
function visibleImage({ image }: Build, images: readonly Image[]): Image | undefined {
  return images.find(({ id, inputs }) => id === image && areComplete(inputs));
}

/**
 * Whether a build succeeded although its image is missing. Once it had time to settle, it counts as a transient
 * failure.
 */
export function isWithoutImage(build: Build, images: readonly Image[]): boolean {
  return build.purpose === "build" && build.status === "succeeded" && !visibleImage(build, images);
}

/** Whether the last notification about an image said that it is revoked. The tag itself is lost with the image. */
export function wasRevoked({ notifiedOf }: IndexedWorld, image: string | undefined): boolean {
  // A tag written by hand has no time, and its key ends in a hash.
  const latest = (kind: string) =>
    (notifiedOf().get(`${kind}/${image}`) ?? []).flatMap((key) => {
      const [place, time] = key.split(`${kind}/${image}/`);
      return place === "" && time !== undefined ? Number(time) || 0 : [];
    });
  return Math.max(-1, ...latest("revoked")) > Math.max(-1, ...latest("unrevoked"));
}

/**
 * The latest succeeded builds whose images EC2 does not show, or not with all their tags, although they had time to
 * settle; newest first. A missing image that was revoked is not lost.
 */
export function lostImages(world: IndexedWorld, { builds, images }: VariantState): Build[] {
  const succeeded = builds.filter(({ purpose, status }) => purpose === "build" && status === "succeeded");
  return takeWhile(succeeded, (build) => isWithoutImage(build, images))
    .filter(({ endedAt, startedAt }) => world.now - (endedAt ?? startedAt) >= settlingTime)
    .filter(({ image }) => !wasRevoked(world, image));
}

/** `project:7 has made ami-1, which EC2 does not show with all its tags` */
export function describeLost({ id, image }: Build): string {
  return image === undefined
    ? `${id} succeeded without naming its image`
    : `${id} has made ${image}, which EC2 does not show with all its tags`;
}

/** The builds of these inputs that ended without an image since their last success, oldest first. */
export function runsWithoutImage(state: Pick<VariantState, "builds" | "images">, inputs: RecordedInputs): EndedRun[] {
  const same = state.builds.filter((build) => sameInputs(build.inputs, inputs));
  const success = same.findIndex((build) => build.status === "succeeded" && !isWithoutImage(build, state.images));
  return same
    .slice(0, success === -1 ? same.length : success)
    .flatMap((build) => endedRun(build, describeLost(build)) ?? [])
    .toReversed();
}

/** All variants' harvests from an image, newest first. */
export function harvestsFrom({ builds }: IndexedWorld, source: string | undefined): Build[] {
  return latestFirst(builds.harvestsFrom.get(source) ?? []);
}

/**
 * The harvests of these inputs, oldest first, while their manifest is missing. A harvest that succeeded has failed at
 * that, too.
 */
export function runsWithoutManifest(harvests: readonly Build[], inputs: RecordedInputs): EndedRun[] {
  return harvests
    .filter((build) => sameInputs(build.inputs, inputs))
    .flatMap((build) => endedRun(build, `${build.id} left no usable manifest`) ?? [])
    .toReversed();
}

/**
 * Whether a harvest by the deployed scripts succeeded and its manifest is missing. The manifest may become visible
 * late.
 */
export function isWithoutManifest({ recipe, harvests }: IndexedWorld, { purpose, status, inputs }: Build): boolean {
  return (
    purpose === "harvest" &&
    status === "succeeded" &&
    inputs.recipe === recipe &&
    harvests[inputs.baseAmi ?? ""]?.state === "missing"
  );
}

/**
 * How a build without a result ended; undefined while it runs.
 * @param lost the cause of a success without a result
 */
function endedRun(build: Build, lost: string): EndedRun | undefined {
  const { purpose, status, failure, startedAt, endedAt = startedAt } = build;
  if (status === "running") return undefined;
  const unproved = status === "failed" && !isOfProof(failure) ? build.image : undefined;
  if (status === "failed" || status === "stopped") return { purpose, status, failure, endedAt, unproved };
  return {
    purpose,
    status: "failed",
    failure: { class: "unknown", cause: lost, lines: [] },
    endedAt: endedAt + settlingTime,
    unproved: undefined,
  };
}
