import type { Environment } from "../../config/environment.ts";
import { externalId, type Place } from "../../config/place.ts";
import { type AssumedRole, type Clients, clientsAs } from "../clients.ts";

/** Clients that can only look at a place, whatever its role may do. */
export function lookingAt(environment: Environment, place: Place): Clients {
  return clientsAs({ ...roleOf(environment, place), looksOnly: true });
}

/** Clients that change a place. */
export function changing(environment: Environment, place: Place): Clients {
  return clientsAs(roleOf(environment, place));
}

/** The account of a place. The ARN of the topic names home's. */
export function accountOf({ TOPIC_ARN }: Pick<Environment, "TOPIC_ARN">, { account }: Place): string {
  return account ?? TOPIC_ARN.split(":")[4] ?? "";
}

/** Where the service runs. */
export function homeRegion({ TOPIC_ARN }: Pick<Environment, "TOPIC_ARN">): string {
  return TOPIC_ARN.split(":")[3] ?? "";
}

/**
 * The role that the service has in a place: in its own account one of the deployment, elsewhere that of the place's stack.
 * @throws Error if the deployment is from before the place
 */
export function roleOf({ STAGE, PLACES_ROLE }: Environment, { name, region, account, roleArn }: Place): AssumedRole {
  const arn = account === undefined ? PLACES_ROLE : roleArn;
  if (!arn) throw new Error("PLACES_ROLE is missing: deploy again");
  const external = account === undefined ? undefined : externalId(STAGE);
  return { arn, region, externalId: external, session: `place-${name}` };
}
