import type { Place } from "../config/place.ts";
import { type IndexedWorld, withReread } from "../domain/indexed-world.ts";
import { accountsSharedWith, noPlaceRecords } from "../domain/place-records.ts";
import type { PlaceWrite } from "../domain/places/actions.ts";
import { placeWritesFor } from "../domain/plan.ts";
import { finderOf, readChannels } from "../io/channels.ts";
import { readPlaces, secondLook, withReferences } from "../io/places/observe-places.ts";
import { readReferences } from "../io/references.ts";
import { readConfirmed } from "./recheck.ts";
import type { Run } from "./writes.ts";

/**
 * Reads a place, and home's images and channels of the variant, and decides again right before the place is changed.
 * @returns the world as it is now; undefined if the plan no longer contains the action
 */
export async function recheckPlace(
  action: PlaceWrite,
  { world, environment, clock }: Run,
): Promise<IndexedWorld | undefined> {
  const { configuration } = world;
  const places = configuration.places.filter(({ name }) => name === action.place);
  // What a shared image means elsewhere is not asked again: taking it back from one place needs that place only.
  const confirmed = readConfirmed(environment, { variant: action.variant, places: configuration.places });
  const finding = confirmed.then(({ images }) => finderOf(images));
  const [{ images, pauses, revokedByRecord, placeRecords = noPlaceRecords }, channels] = await Promise.all([
    confirmed,
    readChannels(environment.CHANNELS_PREFIX, finding),
  ]);
  const read = await readPlaces(environment, { ...configuration, places }, placeRecords, secondLook);
  const [again, references] = await Promise.all([
    withReferences(environment, { places, policies: configuration.policies }, read, ({ method }) =>
      usedBy(action, method),
    ),
    action.do === "unshare"
      ? readReferences([action.image], undefined, false, {
          sharedWith: (image) => accountsSharedWith(placeRecords, configuration.places, image),
        })
      : {},
  ]);
  const fresh = withReread(world, action.variant, {
    now: clock(),
    images,
    revokedByRecord,
    channels,
    references,
    pauses,
    placeRecords,
    places: again,
  });
  return placeWritesFor(fresh, action.place, action.variant).some((one) => doesSame(one, action)) ? fresh : undefined;
}

/** The images, by their ID there, whose use decides about the action. */
function usedBy(action: PlaceWrite, method: Place["method"]): string[] {
  // Of a copy nothing there uses the original.
  if (action.do === "unshare") return method === "share" ? [action.image] : [];
  const goes = action.do === "fast-launch-there" && !action.enable;
  return goes || action.do === "disable-there" || action.do === "deregister-there" ? [action.id] : [];
}

function doesSame(one: PlaceWrite, action: PlaceWrite): boolean {
  if (one.do !== action.do || one.image !== action.image) return false;
  if (one.do === "publish-there") return action.do === one.do && one.channel === action.channel && one.id === action.id;
  if (one.do === "copy") return action.do === one.do && one.attempt === action.attempt;
  if (one.do === "fast-launch-there" && action.do === one.do && one.enable !== action.enable) return false;
  return !("id" in one) || !("id" in action) || one.id === action.id;
}
