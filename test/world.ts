import { type ConfigurationInput, parseConfiguration } from "../functions/config/configuration.ts";
import { recipeOf, type Variant } from "../functions/config/variant.ts";
import type { Build } from "../functions/domain/builds.ts";
import type { FleetHistory } from "../functions/domain/fleet-records.ts";
import type { Image } from "../functions/domain/images.ts";
import type { ObservedFleet } from "../functions/domain/observed-fleet.ts";
import type { ObservedPlace } from "../functions/domain/observed-place.ts";
import type { Pause } from "../functions/domain/pauses.ts";
import type { PlaceHistory } from "../functions/domain/place-records.ts";
import type { World } from "../functions/domain/world.ts";

export const minute = 60_000;
export const hour = 60 * minute;
export const day = 24 * hour;
export const core = "windows-2022-core-1.35";
export const full = "windows-2022-full-1.35";
/** A configuration with both variants. */
export const two = {
  variants: [
    { windows: 2022 as const, kubernetes: "1.35" },
    { windows: 2022 as const, edition: "Full" as const, kubernetes: "1.35" },
  ],
};

/** A world in which a test may add notifications, pauses and what concerns fleets. */
export type OpenWorld = World & {
  notified: Set<string>;
  pauses: Record<string, Pause>;
  fleets: Record<string, ObservedFleet>;
  fleetRecords: { histories: Record<string, FleetHistory>; holds: Record<string, Pause> };
  places: Record<string, ObservedPlace>;
  placeRecords: {
    histories: Record<string, PlaceHistory>;
    retired: Record<string, number>;
    released: Record<string, number>;
  };
};

/** A world without images, builds and channels, in which every source answers. */
export function newWorld(configuration: Partial<ConfigurationInput>, at: string): OpenWorld {
  const world: OpenWorld = {
    now: Date.parse(at),
    stage: "test",
    recipe: "a".repeat(64),
    harvestRecipe: "e".repeat(64),
    configuration: parseConfiguration({ variants: [{ windows: 2022, kubernetes: "1.35" }], ...configuration }),
    upstream: {},
    binaries: {},
    images: [],
    revokedByRecord: [],
    recordsSince: undefined,
    builds: [],
    channels: {},
    harvests: { "ami-0000000000000ea51": { state: "known", value: "d".repeat(64) } },
    references: {},
    requests: {},
    leftovers: { found: [], unread: undefined },
    instanceProfiles: ["guest", "harvest"],
    notified: new Set(),
    pauses: {},
    starts: [],
    fleets: {},
    fleetRecords: { histories: {}, holds: {} },
    places: {},
    placeRecords: { histories: {}, retired: {}, released: {} },
  };
  for (const variant of world.configuration.variants) {
    const harvested = recipeOf(variant) === "assemble";
    world.upstream[variant.name] = {
      baseParameter: `/aws/service/ami-windows-latest/${variant.name}`,
      baseAmi: { state: "known", value: "ami-00000000000000001" },
      baseImage: { state: "there" },
      baseReleasedAt: world.now - 10 * day,
      kubernetes: { state: "known", value: `${variant.kubernetes}.7` },
      harvestSource: harvested ? { state: "known", value: "ami-0000000000000ea51" } : undefined,
      harvestImage: harvested ? { state: "there" } : undefined,
    };
    world.binaries[`${variant.kubernetes}.7`] = { state: "there" };
  }
  return world;
}

/** An image of this service, made two hours ago and proved an hour ago. */
export function newImage(
  { now }: World,
  { id, ...changes }: Partial<Image> & Pick<Image, "id" | "variant" | "inputs">,
): Image {
  return {
    id,
    name: `image ${id}`,
    state: "available",
    createdAt: now - 2 * hour,
    token: undefined,
    reasons: undefined,
    origin: "build",
    made: true,
    unrecorded: [],
    proof: "passed",
    provedAt: now - hour,
    measured: { start: undefined, size: undefined },
    revoked: undefined,
    revocations: [],
    approved: undefined,
    published: {},
    held: {},
    deprecatedAt: undefined,
    withdrawnAt: undefined,
    restoredAt: undefined,
    disabledByRevocation: changes.withdrawnAt !== undefined && changes.state === "disabled",
    retiredAt: undefined,
    retiring: false,
    retirementRecorded: changes.retiredAt !== undefined || changes.retiring === true,
    retiredAtTag: undefined,
    exemptSince: undefined,
    ...changes,
  };
}

/** A build that runs since now. */
export function newBuild(
  { now }: World,
  changes: Partial<Build> & Pick<Build, "id" | "variant" | "inputs" | "token">,
): Build {
  return {
    purpose: "build",
    attempt: 1,
    status: "running",
    phase: "BUILD",
    startedAt: now,
    endedAt: undefined,
    image: undefined,
    failure: undefined,
    log: undefined,
    ...changes,
  };
}

/** @throws Error if the configuration has no such variant */
export function variantNamed({ configuration }: World, name: string): Variant {
  return present(
    configuration.variants.find((variant) => variant.name === name),
    `no variant ${name}`,
  );
}

/** The value. A test that names something the scene does not have must not pass silently. */
export function present<T>(value: T | undefined, missing: string): T {
  if (value === undefined) throw new Error(`the scene has ${missing}`);
  return value;
}
