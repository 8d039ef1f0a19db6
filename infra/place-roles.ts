import { uniq } from "es-toolkit";
import { places } from "./configuration.ts";
import { roleArn } from "./names.ts";

/** The places in other Regions of this account. */
export const ownPlaces = places.filter(({ account }) => account === undefined);
/** The accounts of all other places. */
export const placeAccounts = uniq(places.flatMap(({ account }) => account ?? []));

/** ARN of the role that this deployment has in other Regions of its account; undefined without a place there. */
export const placesRole = ownPlaces.length > 0 ? roleArn("places") : undefined;

/** The roles of all places: one for each other account, and this deployment's own. */
export const placeRoles = rolesOf(places);
/** The roles by which builds boot images in places. */
export const provingRoles = rolesOf(places.filter(({ prove }) => prove));

function rolesOf(some: typeof places) {
  return uniq(some.map((place) => place.roleArn)).map((theirs) => theirs ?? roleArn("places"));
}
