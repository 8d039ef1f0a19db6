import { minute } from "../../config/time.ts";
import type { Build } from "../../io/builds.ts";
import type { Image } from "../../io/images.ts";
import { areComplete } from "../inputs.ts";
import type { VariantState } from "../variant-state.ts";
import type { World } from "../world.ts";

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

/** The image that a build has made, once EC2 shows it with all its inputs. */
export function visibleImage({ image }: Build, images: readonly Image[]): Image | undefined {
  return images.find(({ id, inputs }) => id === image && areComplete(inputs));
}
