import type { Configuration } from "../../config/configuration.ts";
import type { Environment } from "../../config/environment.ts";
import type { Fleet } from "../../config/fleet.ts";
import type { Channels } from "../../domain/channels.ts";
import type { FleetRecords } from "../../domain/fleet-records.ts";
import type { Image } from "../../domain/images.ts";
import type { ObservedFleet } from "../../domain/observed-fleet.ts";
import { isKnown, type KnownState, originOf, type PlaceState } from "../../domain/places/place-state.ts";
import { home } from "../clients.ts";
import { withPatience } from "../patience.ts";
import { lookingAt } from "../places/clients.ts";
import type { OwnImage } from "./node-images.ts";
import { observeGroups, type Where } from "./observe-groups.ts";

/** What the fleets of a world depend on besides AWS's answers about them. */
export interface FleetContext {
  /** Of home, as the images. */
  channels: Channels;
  images: readonly Image[];
  records: FleetRecords;
  /** What is known about the places. Fleets at home do not wait for it. */
  places?: readonly PlaceState[] | Promise<readonly PlaceState[]>;
}

/**
 * The fleets as AWS shows them, by name. Never throws: a fleet that cannot be read, or not in time, is unknown, and so
 * are all fleets of a place that does not answer. Without fleets nothing is asked.
 * @param patience how long the answers may take, in milliseconds; by default as long as they take
 */
export async function readFleets(
  environment: Environment,
  { fleets }: Pick<Configuration, "fleets">,
  context: FleetContext,
  patience: number = Number.POSITIVE_INFINITY,
): Promise<Record<string, ObservedFleet>> {
  const awaited = new Set(fleets.flatMap(({ after }) => after?.fleet ?? []));
  const read = await Promise.all(
    [...Map.groupBy(fleets, ({ place }) => place)].map(([place, own]) =>
      readThose(own, place ?? "AWS", patience, async () =>
        observeGroups(environment, own, { ...(await whereOf(environment, place, context)), awaited }),
      ),
    ),
  );
  return Object.assign({}, ...read);
}

/** Those at home, or those of one place. */
async function readThose(
  fleets: readonly Fleet[],
  who: string,
  patience: number,
  read: () => Promise<Record<string, ObservedFleet>>,
): Promise<Record<string, ObservedFleet>> {
  try {
    return await withPatience(patience, read, who);
  } catch (error) {
    const why = `reading fleets: ${(error as Error).message}`;
    return Object.fromEntries(fleets.map(({ name }) => [name, { state: "unknown", why }]));
  }
}

/** @throws Error if the place does not answer: then nobody there is asked */
async function whereOf(
  environment: Environment,
  place: string | undefined,
  { channels, images, records, places = [] }: FleetContext,
): Promise<Omit<Where, "awaited">> {
  if (place === undefined) return { clients: home, channels, images, records };
  const state = (await places).find((one) => one.place.name === place);
  if (!state || !isKnown(state)) throw new Error(`${place} does not answer`);
  const clients = lookingAt(environment, state.place);
  return { clients, channels: state.observed.channels, images: ownImagesIn(state, images), records };
}

/** Images of this service, by the IDs that they have in a place; their age is that of home's image. */
function ownImagesIn(state: KnownState, images: readonly Image[]): OwnImage[] {
  return Object.keys(state.observed.images).flatMap((id) => {
    const origin = originOf(state, id);
    const own = images.find((image) => image.id === origin);
    return own ? [{ id, name: own.name, createdAt: own.createdAt }] : [];
  });
}
