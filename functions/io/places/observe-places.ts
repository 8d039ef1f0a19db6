import { type Image as Ec2Image, paginateDescribeImages } from "@aws-sdk/client-ec2";
import { chunk } from "es-toolkit";
import type { Configuration } from "../../config/configuration.ts";
import type { Environment } from "../../config/environment.ts";
import type { Place } from "../../config/place.ts";
import { second } from "../../config/time.ts";
import { tagPrefix } from "../../domain/inputs.ts";
import type { ImageThere, KnownPlace, ObservedPlace } from "../../domain/observed-place.ts";
import { noPlaceHistory, type PlaceRecords } from "../../domain/place-records.ts";
import { readChannels } from "../channels.ts";
import type { Clients } from "../clients.ts";
import { describeFastLaunches } from "../fast-launch.ts";
import { ownTexts } from "../own-text.ts";
import { withPatience } from "../patience.ts";
import { readReferences } from "../references.ts";
import { accountOf, lookingAt } from "./clients.ts";
import { whyWithoutGrant } from "./grants.ts";

/** EC2 takes so many values of one filter (EC2 API reference, DescribeImages). */
const valuesPerFilter = 200;
const pageSize = 1000;

/** How long a place may take to answer right before a write, in milliseconds: the rest of the run waits for it. */
export const secondLook = 20 * second;

/**
 * The places as AWS shows them, by name, without what uses their images. Never throws: a place that cannot be read, or
 * not in time, is unknown. Without places nothing is asked.
 * @param patience how long the answers may take, in milliseconds; by default as long as they take
 */
export async function readPlaces(
  environment: Environment,
  configuration: Pick<Configuration, "places" | "fleets" | "policies">,
  records: PlaceRecords,
  patience: number = Number.POSITIVE_INFINITY,
): Promise<Record<string, ObservedPlace>> {
  const read = await Promise.all(
    configuration.places.map(async (place): Promise<[string, ObservedPlace]> => {
      try {
        const reading = () => readPlace(environment, configuration, place, records);
        return [place.name, await withPatience(patience, reading, place.name)];
      } catch (error) {
        return [place.name, { state: "unknown", why: `reading ${place.name}: ${(error as Error).message}` }];
      }
    }),
  );
  return Object.fromEntries(read);
}

async function readPlace(
  environment: Environment,
  configuration: Pick<Configuration, "fleets" | "policies">,
  place: Place,
  records: PlaceRecords,
): Promise<KnownPlace> {
  const clients = lookingAt(environment, place);
  const { images: recorded } = records.histories[place.name] ?? noPlaceHistory;
  // A place sees no tags of an image that is shared with it.
  const reading =
    place.method === "copy"
      ? readTagged(clients, environment.STAGE)
      : readShared(
          clients,
          Object.keys(recorded).filter((image) => recorded[image]?.sharedAt !== undefined),
        );
  const finding = reading.then((images) => {
    const byId = new Map(images.map((image) => [image.id, image]));
    return (id: string) => byId.get(id);
  });
  const [images, channels, fastLaunches, withoutGrant] = await Promise.all([
    reading,
    readChannels(environment.CHANNELS_PREFIX, finding, undefined, clients),
    place.fastLaunch ? readFastLaunches(clients, accountOf(environment, place)) : undefined,
    whyWithoutGrant(configuration, place),
  ]);
  return {
    state: "known",
    channels,
    images: Object.fromEntries(images.map((image) => [image.id, image])),
    references: {},
    ...(fastLaunches && { fastLaunches }),
    withoutGrant,
  };
}

/** Without this the place is known all the same: what must be left there is left. */
async function readFastLaunches(clients: Clients, account: string): Promise<KnownPlace["fastLaunches"]> {
  try {
    return { state: "known", images: await describeFastLaunches(clients, account) };
  } catch (error) {
    return { state: "unknown", why: `asking what has Fast Launch: ${(error as Error).message}` };
  }
}

/** Adds to places what uses these images there. Their role sees only what is in its own account and Region. */
export async function withReferences(
  environment: Environment,
  { places, policies }: Pick<Configuration, "places" | "policies">,
  observed: Readonly<Record<string, ObservedPlace>>,
  wanted: (place: Place) => readonly string[],
  patience?: number,
): Promise<Record<string, ObservedPlace>> {
  const read = await Promise.all(
    places.map(async (place): Promise<[string, ObservedPlace]> => {
      const known = observed[place.name] ?? { state: "unknown", why: "nothing is known about it" };
      if (known.state === "unknown") return [place.name, known];
      const clients = lookingAt(environment, place);
      const hasFastLaunch = place.fastLaunch && policies.fastLaunch !== undefined;
      const references = await readReferences(wanted(place), patience, hasFastLaunch, {
        clients,
        isOwner: place.method === "copy",
      });
      return [place.name, { ...known, references }];
    }),
  );
  return Object.fromEntries(read);
}

/** The copies of a stage in a place, disabled ones, too. */
async function readTagged({ ec2: client }: Clients, stage: string): Promise<ImageThere[]> {
  const Filters = [{ Name: `tag:${tagPrefix}stage`, Values: [stage] }];
  return read(paginateDescribeImages({ client, pageSize }, { Owners: ["self"], IncludeDisabled: true, Filters }));
}

/** Those of home's images that a place can see. The IDs go into a filter because a missing one fails the whole call. */
async function readShared({ ec2: client }: Clients, ids: readonly string[]): Promise<ImageThere[]> {
  const asked = chunk([...ids], valuesPerFilter).map((Values) => {
    const Filters = [{ Name: "image-id", Values }];
    return read(paginateDescribeImages({ client, pageSize }, { IncludeDeprecated: true, Filters }));
  });
  return (await Promise.all(asked)).flat();
}

async function read(pages: AsyncIterable<{ Images?: Ec2Image[] | undefined }>): Promise<ImageThere[]> {
  const images: ImageThere[] = [];
  const own = ownTexts();
  for await (const { Images = [] } of pages) images.push(...Images.flatMap((image) => fromEc2(image, own) ?? []));
  return images;
}

function fromEc2(image: Ec2Image, own: (text: string) => string): ImageThere | undefined {
  const { ImageId, State = "unknown", CreationDate = "", StateReason, Tags = [] } = image;
  if (!ImageId || State === "deregistered") return undefined;
  const tag = (name: string) => {
    const value = Tags.find(({ Key }) => Key === `${tagPrefix}${name}`)?.Value;
    return value === undefined ? undefined : own(value);
  };
  return {
    id: own(ImageId),
    state: own(State),
    createdAt: Date.parse(CreationDate) || 0,
    why: StateReason?.Message === undefined ? undefined : own(StateReason.Message),
    variant: tag("variant"),
    source: tag("source"),
  };
}
