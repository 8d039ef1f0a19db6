import type { Place } from "../functions/config/place.ts";
import type { Policies } from "../functions/config/policies.ts";

/** Where the program is deployed. */
interface Home {
  partition: string;
  region: string;
  accountId: string;
}

/**
 * Checks what the configuration alone cannot show, because it does not name where it is deployed.
 * @throws Error that says of each place what is wrong and what to do
 */
export function requirePlaces(places: readonly Place[], { volumeKeyArn }: Pick<Policies, "volumeKeyArn">, home: Home) {
  const errors = [...ofHome(home, volumeKeyArn), ...places.flatMap((place) => ofPlace(place, home))];
  if (errors.length === 0) return;
  throw new Error(`config.ts: the places cannot be reached. Nothing has been created or changed.
${errors.map((error) => `  ${error}`).join("\n")}`);
}

function ofHome({ partition, region }: Home, volumeKeyArn: string | undefined): string[] {
  const keyRegion = volumeKeyArn?.split(":")[3];
  return [
    ...(partition === "aws"
      ? []
      : [`${region} is in the partition ${partition}, and images leave no partition. Remove the places`]),
    ...(keyRegion === undefined || keyRegion === region
      ? []
      : [
          `policies.volumeKeyArn is a key of ${keyRegion}, and images are made in ${region}. Name a key of ${region}; a place's own key is its kmsKeyArn`,
        ]),
  ];
}

function ofPlace({ name, region, account, method }: Place, home: Home): string[] {
  if (account === home.accountId)
    return [`${name}: ${account} is the account of the deployment itself. Leave out its account and roleArn`];
  if (account === undefined && region === home.region)
    return [`${name}: ${region} of this account is where images are made, and has them already. Remove the place`];
  if (method === "share" && region !== home.region)
    return [
      `${name}: images can be shared within ${home.region}, where they are made, and not with ${region}. Set its method to "copy"`,
    ];
  return [];
}
