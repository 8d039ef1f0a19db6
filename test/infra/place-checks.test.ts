import { expect, test } from "vitest";
import type { ConfigurationInput } from "../../functions/config/configuration.ts";
import {
  accountId,
  china,
  govCloud,
  otherAccount,
  places,
  spokeArn,
  usEast,
  variants,
  volumeKeyArn,
  withPlaces,
} from "./deployments.ts";
import { graphOf } from "./graph.ts";

type Place = NonNullable<ConfigurationInput["places"]>[number];

const own = places[0] as Place;
const shared = places[1] as Place;

test.each<[string, Place, RegExp]>([
  [
    "home itself",
    { ...own, region: "us-east-1", kmsKeyArn: undefined },
    /ireland: us-east-1 of this account is where images are made.*Remove the place/,
  ],
  [
    "in the account of the deployment, by its ID",
    { ...shared, account: accountId, roleArn: spokeArn.replace(otherAccount, accountId) },
    /shared: 123456789012 is the account of the deployment itself. Leave out its account and roleArn/,
  ],
  [
    "in another Region, and images are shared with it",
    { ...shared, region: "eu-west-1" },
    /shared: images can be shared within us-east-1.*not with eu-west-1. Set its method to "copy"/,
  ],
])("a place that is %s is refused", async (_, place, message) => {
  await expect(withPlaces([place])).rejects.toThrow(message);
});

test("all wrong places are named at once", async () => {
  const wrong = withPlaces([
    { ...own, region: "us-east-1", kmsKeyArn: undefined },
    { ...shared, region: "eu-west-1" },
  ]);

  await expect(wrong).rejects.toThrow(/ireland: [\s\S]*shared: /);
});

test.each([govCloud, china])("places are refused at home in $partition", async (place) => {
  const policies = { functionUrl: false };
  const deployment = graphOf({ variants, places: [{ ...own, kmsKeyArn: undefined }], policies }, "production", place);

  await expect(deployment).rejects.toThrow(`${place.region} is in the partition ${place.partition}`);
});

test("a key for volumes of another Region is refused", async () => {
  const policies = { volumeKeyArn: volumeKeyArn.replace("us-east-1", "eu-west-1") };
  const deployment = graphOf({ variants, places: [own], policies }, "production", usEast);

  await expect(deployment).rejects.toThrow(
    /policies.volumeKeyArn is a key of eu-west-1, and images are made in us-east-1/,
  );
});
