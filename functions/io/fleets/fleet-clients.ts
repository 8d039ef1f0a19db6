import type { Environment } from "../../config/environment.ts";
import type { Fleet } from "../../config/fleet.ts";
import type { Place } from "../../config/place.ts";
import { type Clients, clientsAs, home } from "../clients.ts";
import { changing, lookingAt } from "../places/clients.ts";

/** Clients for what is done about one fleet, by the roles that may do it. */
export interface FleetClients {
  /** That look at it. */
  looks: Clients;
  /** That write its own parameter. */
  writes: Clients;
  /**
   * That change its group.
   * @throws Error if the deployment is from before the first fleet that is rolled
   */
  rolls: () => Clients;
}

/** At home the function looks and writes itself and assumes a role to change groups. In a place one role does it all. */
export function clientsOf(environment: Environment, { place: name }: Fleet, places: readonly Place[]): FleetClients {
  const place = places.find((one) => one.name === name);
  if (!place) return { looks: home, writes: home, rolls: () => rollingAtHome(environment) };
  const changes = changing(environment, place);
  return { looks: lookingAt(environment, place), writes: changes, rolls: () => changes };
}

function rollingAtHome({ FLEETS_ROLE }: Environment): Clients {
  if (FLEETS_ROLE === undefined)
    throw new Error("FLEETS_ROLE is missing: the configuration had no fleet to roll when this was deployed");
  return clientsAs({ arn: FLEETS_ROLE, session: "fleets" });
}
