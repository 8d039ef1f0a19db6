import type { Build } from "./builds.ts";
import type { Image } from "./images.ts";
import { areComplete } from "./inputs.ts";
import { minute } from "./time.ts";
import type { VariantState } from "./variant-state.ts";
import type { World } from "./world.ts";

/** EC2's tags and images become visible with a delay; this long a finished build is trusted to have made what it says (rule 4). */
export const settlingTime = 30 * minute;

/** The build that has ended and whose image is awaited; undefined where there is none. */
export function settlingBuild({ now }: World, { builds, images }: VariantState): Build | undefined {
  return builds.find((build) => now - (build.endedAt ?? 0) < settlingTime && !hasSettled(build, images));
}

/** Whether EC2 shows all that an ended build has left there. */
function hasSettled(build: Build, images: readonly Image[]): boolean {
  const { image, status, failure, purpose } = build;
  if (image === undefined || status === "stopped" || purpose === "harvest") return true;
  const visible = visibleImage(build, images);
  if (!visible) return false;
  const saysProof = status === "succeeded" || failure?.class === "proof";
  return !saysProof || visible.proof !== undefined;
}

/** Whether a build that succeeded has no image to show for it. It counts as a failure that may pass by itself, once it has had time to settle. */
export function isWithoutImage(build: Build, images: readonly Image[]): boolean {
  return build.purpose === "build" && build.status === "succeeded" && !visibleImage(build, images);
}

/** The latest builds that succeeded and whose images, long after, EC2 does not show, or not with all their tags; newest first. */
export function lostImages({ now }: World, { builds, images }: VariantState): Build[] {
  const succeeded = builds.filter(({ purpose, status }) => purpose === "build" && status === "succeeded");
  const firstVisible = succeeded.findIndex((build) => !isWithoutImage(build, images));
  return succeeded
    .slice(0, firstVisible === -1 ? succeeded.length : firstVisible)
    .filter(({ endedAt, startedAt }) => now - (endedAt ?? startedAt) >= settlingTime);
}

/** `project:7 has made ami-1, which EC2 does not show with all its tags` */
export function describeLost({ id, image }: Build): string {
  return image === undefined
    ? `${id} succeeded without naming its image`
    : `${id} has made ${image}, which EC2 does not show with all its tags`;
}

function visibleImage({ image }: Build, images: readonly Image[]): Image | undefined {
  return images.find(({ id, inputs }) => id === image && areComplete(inputs));
}
