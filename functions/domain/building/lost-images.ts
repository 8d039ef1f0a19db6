import type { Build } from "../../io/builds.ts";
import type { Image } from "../../io/images.ts";
import type { VariantState } from "../variant-state.ts";
import type { World } from "../world.ts";
import { settlingTime, visibleImage } from "./settling.ts";

/** Whether a build that succeeded has no image to show for it. It counts as a failure that may pass by itself, once it has had time to settle. */
export function isWithoutImage(build: Build, images: readonly Image[]): boolean {
  return build.purpose === "build" && build.status === "succeeded" && !visibleImage(build, images);
}

/** Whether the last that subscribers were told of it is that the image is revoked: its tag has gone with it. */
export function wasRevoked({ announced }: World, image: string | undefined): boolean {
  // A tag that somebody wrote by hand has no time.
  const latest = (kind: string) =>
    [...announced].flatMap((key) => {
      const [place, time] = key.split(`${kind}/${image}/`);
      return place === "" && time !== undefined ? Number(time) || 0 : [];
    });
  return Math.max(-1, ...latest("revoked")) > Math.max(-1, ...latest("unrevoked"));
}

/**
 * The latest builds that succeeded and whose images, long after, EC2 does not show, or not with all their tags; newest first. Nobody misses a
 * revoked one.
 */
export function lostImages(world: World, { builds, images }: VariantState): Build[] {
  const succeeded = builds.filter(({ purpose, status }) => purpose === "build" && status === "succeeded");
  const firstVisible = succeeded.findIndex((build) => !isWithoutImage(build, images));
  return succeeded
    .slice(0, firstVisible === -1 ? succeeded.length : firstVisible)
    .filter(({ endedAt, startedAt }) => world.now - (endedAt ?? startedAt) >= settlingTime)
    .filter(({ image }) => !wasRevoked(world, image));
}

/** `project:7 has made ami-1, which EC2 does not show with all its tags` */
export function describeLost({ id, image }: Build): string {
  return image === undefined
    ? `${id} succeeded without naming its image`
    : `${id} has made ${image}, which EC2 does not show with all its tags`;
}
