import type { Build } from "./builds.ts";
import type { Channels } from "./channels.ts";
import type { Configuration } from "./configuration.ts";
import type { Image } from "./images.ts";
import type { Request } from "./requests.ts";
import type { Upstream } from "./upstream.ts";

/** All that a plan depends on, read at one time. Plain data: what is decided from it can be decided again from a copy. */
export interface World {
  /** Milliseconds since the epoch. */
  now: number;
  stage: string;
  /** SHA-256 of the deployed `packer/` and `buildspec/`. */
  recipe: string;
  configuration: Configuration;
  /** By variant name. */
  upstream: Record<string, Upstream>;
  images: Image[];
  builds: Build[];
  channels: Channels;
  /** By variant name. */
  requests: Record<string, Request>;
  /** Keys of the facts that subscribers have been told. */
  announced: ReadonlySet<string>;
}
