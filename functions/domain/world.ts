import type { Configuration } from "../config/configuration.ts";
import type { Availability, Observed } from "../config/observed.ts";
import type { Build } from "./builds.ts";
import type { Channels } from "./channels.ts";
import type { FastLaunches } from "./fast-launches.ts";
import type { FleetRecords } from "./fleet-records.ts";
import type { Image } from "./images.ts";
import type { Leftovers } from "./leftovers.ts";
import type { ObservedFleet } from "./observed-fleet.ts";
import type { ObservedPlace } from "./observed-place.ts";
import type { Pauses } from "./pauses.ts";
import type { PlaceRecords } from "./place-records.ts";
import type { References } from "./references.ts";
import type { Request } from "./requests.ts";
import type { Start } from "./starts.ts";
import type { Upstream } from "./upstream.ts";

/**
 * What the decisions about images and channels depend on, read at one time. It is plain data, so the same decisions can
 * be made again from a copy.
 */
export interface ImageWorld {
  /** Milliseconds since the epoch. */
  now: number;
  configuration: Configuration;
  images: Image[];
  /** IDs of all images whose revocation is recorded and in force, even if no tags of theirs are left. */
  revokedByRecord: readonly string[];
  /** When a build first recorded an image, in milliseconds since the epoch; undefined if none has. */
  recordsSince: number | undefined;
  channels: Channels;
  /**
   * Why the records could not be read; then nothing counts that tags claim, and only a revocation may be decided.
   * Undefined if they were read.
   */
  unreadable?: string;
  /**
   * Keys of the notifications that subscribers have received; undefined if they were not read. Then no write counts as
   * rejected twice.
   */
  notified?: ReadonlySet<string>;
  /** Undefined if they were not read. Then nothing counts as paused. */
  pauses?: Pauses;
  /** Orders of the last day that were about to be passed to CodeBuild; undefined if they were not read. */
  starts?: readonly Start[];
  /** What the records say about the configured fleets; undefined if they were not read. */
  fleetRecords?: FleetRecords;
  /** What EC2 shows of Fast Launch; undefined without the policy. */
  fastLaunch?: FastLaunches;
  /** What the records say about the configured places; undefined if they were not read. */
  placeRecords?: PlaceRecords;
  /** The configured places by name; undefined if they were not read. */
  places?: Readonly<Record<string, ObservedPlace>>;
}

/** Everything that a plan depends on. */
export interface World extends ImageWorld {
  stage: string;
  /** SHA-256 of the deployed `packer/` and `buildspec/`. */
  recipe: string;
  /** SHA-256 of the part of them that harvests. */
  harvestRecipe: string;
  /** By variant name. */
  upstream: Record<string, Upstream>;
  /** Whether the Windows binaries of a Kubernetes patch version can be downloaded, by version. */
  binaries: Record<string, Availability>;
  builds: Build[];
  /**
   * SHA-256 of the manifest of what was harvested from AWS's EKS images, by AMI ID; `missing` before the first harvest.
   */
  harvests: Record<string, Observed>;
  /** What uses the images that retention may disable or deregister, by image ID. Other images are absent. */
  references: Record<string, References>;
  /** By variant name. */
  requests: Record<string, Request>;
  /** What builds may have left behind. */
  leftovers: Leftovers;
  /** Names of the profiles that the deployment gives to build instances. */
  instanceProfiles: readonly string[];
  notified: ReadonlySet<string>;
  pauses: Pauses;
  starts: readonly Start[];
  fleetRecords: FleetRecords;
  placeRecords: PlaceRecords;
  places: Readonly<Record<string, ObservedPlace>>;
  /** ARN of the role that the service has in other Regions of its account; undefined without a place there. */
  placesRole?: string | undefined;
  /** The configured fleets by name. */
  fleets: Readonly<Record<string, ObservedFleet>>;
}
