import { iso } from "../config/time.ts";
import type { Versions } from "../config/versions.ts";
import { judgements } from "../domain/building/sweep.ts";
import { decideFleets } from "../domain/fleets/decide.ts";
import { type IndexedWorld, indexWorld } from "../domain/indexed-world.ts";
import { planFor } from "../domain/plan.ts";
import { removedVariantImages, statesOf } from "../domain/variant-state.ts";
import type { World } from "../domain/world.ts";
import { fleetStatus } from "./fleet-status.ts";
import { pausesToJson } from "./pause-decisions.ts";
import { placeStatuses } from "./place-status.ts";
import { removedVariantStatus } from "./removed-variants.ts";
import { type Entry, partOf, type StatusPart, wholeStatus } from "./status-part.ts";
import { type VariantSettings, variantStatus } from "./variant-status.ts";

/**
 * The status as `GET /` answers it: of all variants, or of those of a page. Times are ISO 8601.
 * @throws a refusal if the page names a variant that does not exist
 */
export function statusOf(
  observed: World,
  channelsPrefix: string,
  versions: Versions = { artifacts: [] },
  page: StatusPart = wholeStatus,
) {
  const world = indexWorld(observed);
  const entries = entriesOf(world, { channelsPrefix, versions, images: page.images === "all" });
  const { taken, next } = partOf(entries, page);
  return {
    now: iso(world.now),
    stage: world.stage,
    recipe: world.recipe,
    variants: taken.flatMap(({ configured }) => configured ?? []),
    /** Those of these variants. */
    fleets: taken.flatMap(({ fleets = [] }) => fleets),
    places: placeStatuses(world),
    /** Of variants, configured or removed, and `*` of everything. */
    pauses: pausesToJson(world.pauses),
    removedVariants: taken.flatMap(({ removed }) => removed ?? []),
    leftovers: leftoverStatus(world),
    /** The call that answers the variants after these, such as `/?from=windows-2022-core-1.35`; null after the last. */
    next,
  };
}

export type Status = ReturnType<typeof statusOf>;
export type VariantStatus = Status["variants"][number];
export type PlaceStatus = Status["places"][number];
export type FleetStatus = Status["fleets"][number];

interface VariantEntry {
  configured?: ReturnType<typeof variantStatus>;
  fleets?: ReturnType<typeof fleetStatus>[];
  removed?: ReturnType<typeof removedVariantStatus>;
}

/** The configured variants in the order of the configuration, then the removed ones. */
function entriesOf(world: IndexedWorld, settings: VariantSettings): Entry<VariantEntry>[] {
  const states = statesOf(world);
  const actions = Map.groupBy(planFor(world, states), ({ variant }) => variant);
  const fleets = Map.groupBy(decideFleets(world), ({ state }) => state.fleet.variant);
  return [
    ...states.map((state) => ({
      name: state.variant.name,
      read: () => ({
        configured: variantStatus(world, state, actions.get(state.variant.name) ?? [], settings),
        fleets: (fleets.get(state.variant.name) ?? []).map((decision) => fleetStatus(world, decision)),
      }),
    })),
    ...removedVariantImages(world).map((removed) => ({
      name: removed.variant.name,
      read: () => ({ removed: removedVariantStatus(world, removed, settings) }),
    })),
  ];
}

/** What killed builds left behind, and why it could not be read. Unfinished images are among a variant's images. */
function leftoverStatus(world: IndexedWorld) {
  return {
    found: judgements(world).map(({ leftover: { type, id, variant, token }, fate, why }) => ({
      type,
      resource: id,
      variant,
      token,
      next: fate === "sweep" ? ("sweep" as const) : ("wait" as const),
      why,
    })),
    unknown: world.leftovers.unread ?? null,
  };
}
