import type { Configuration } from "../config/configuration.ts";
import type { Availability, Observed } from "../config/observed.ts";
import type { Build } from "../io/builds.ts";
import type { Channels } from "../io/channels.ts";
import type { Image } from "../io/images.ts";
import type { References } from "../io/references.ts";
import type { Request } from "../io/requests.ts";
import type { Upstream } from "../io/upstream.ts";

/** All that a plan depends on, read at one time. Plain data: what is decided from it can be decided again from a copy. */
export interface World {
  /** Milliseconds since the epoch. */
  now: number;
  stage: string;
  /** SHA-256 of the deployed `packer/` and `buildspec/`. */
  recipe: string;
  /** SHA-256 of the part of it that harvests. */
  harvestRecipe: string;
  configuration: Configuration;
  /** By variant name. */
  upstream: Record<string, Upstream>;
  /** Whether the Windows binaries of a Kubernetes patch version can be downloaded, by version. */
  binaries: Record<string, Availability>;
  images: Image[];
  builds: Build[];
  channels: Channels;
  /** SHA-256 of the manifest of what was harvested from AWS's EKS images, by AMI ID; `missing` where nothing was yet. */
  harvests: Record<string, Observed>;
  /** Who uses the images that retention thinks of, by image ID; an image that was not asked about is not there. */
  references: Record<string, References>;
  /** By variant name. */
  requests: Record<string, Request>;
  /** Keys of the facts that subscribers have been told. */
  announced: ReadonlySet<string>;
}
