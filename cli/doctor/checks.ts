import type { Configuration } from "../../functions/config/configuration.ts";
import { accountCheck } from "./account.ts";
import { alarmsCheck } from "./alarms.ts";
import type { Check } from "./check.ts";
import { fastLaunchCheck } from "./fast-launch/check.ts";
import { fleetsCheck } from "./fleets.ts";
import { hostsCheck } from "./hosts.ts";
import { networkCheck } from "./network.ts";
import { permissionsCheck } from "./permissions/check.ts";
import { placesCheck } from "./places.ts";
import { quotasCheck } from "./quotas.ts";
import { reconcileCheck } from "./reconcile.ts";
import { sourcesCheck } from "./sources.ts";
import { subscribersCheck } from "./subscribers.ts";

/** All checks, as doctor shows them. The others need the first. */
export const checks: readonly Check[] = [
  accountCheck,
  quotasCheck,
  sourcesCheck,
  networkCheck,
  permissionsCheck,
  subscribersCheck,
  reconcileCheck,
  alarmsCheck,
  hostsCheck,
  fleetsCheck,
  fastLaunchCheck,
  placesCheck,
];

export function checksFor(configuration: Configuration): Check[] {
  return checks.filter(({ concerns }) => concerns?.(configuration) ?? true);
}
