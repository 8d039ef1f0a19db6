import { expect, test } from "vitest";
import { parseConfiguration } from "../../../functions/config/configuration.ts";
import { apps, ireland, volumeKeyArn } from "../../placed.ts";
import { core, two } from "../../scene.ts";
import { errorFor } from "./error-for.ts";

const withPlaces = (...places: object[]) => ({ ...two, places, policies: { volumeKeyArn } });

test("without places there are none", () => {
  expect(parseConfiguration(two).places).toEqual([]);
});

test("a place gets what stable holds, unproved and without Fast Launch, unless its entry says otherwise", () => {
  const common = { prove: false, fastLaunch: false, channels: ["stable"] };
  expect(parseConfiguration(withPlaces(ireland, apps)).places).toEqual([
    { ...ireland, ...common },
    { ...apps, ...common },
  ]);
});

test.each([
  ["another partition", { ...ireland, region: "cn-north-1" }, "region", "a Region of the partition aws"],
  ["GovCloud", { ...ireland, region: "us-gov-west-1" }, "region", "a Region of the partition aws"],
  ["an account without a role", { ...apps, roleArn: undefined }, "roleArn", "a role of 210987654321"],
  [
    "a role of yet another account",
    { ...apps, roleArn: "arn:aws:iam::111122223333:role/place" },
    "roleArn",
    "a role of 210987654321",
  ],
  [
    "a role in the own account",
    { ...ireland, roleArn: "arn:aws:iam::111122223333:role/place" },
    "roleArn",
    "nothing without account",
  ],
  ["sharing within an account", { ...ireland, method: "share" }, "account", "another account"],
  [
    "a key for what is shared",
    { ...apps, kmsKeyArn: volumeKeyArn },
    "kmsKeyArn",
    "nothing: a shared image keeps the key of policies.volumeKeyArn",
  ],
  ["a key of another Region", { ...ireland, kmsKeyArn: volumeKeyArn }, "kmsKeyArn", "a key of eu-west-1"],
  ["Fast Launch of what is shared", { ...apps, fastLaunch: true }, "fastLaunch", "snapshots that home keeps for it"],
  ["no channel", { ...ireland, channels: [] }, "channels", "at least one channel"],
  [
    "Fast Launch without its policy",
    { ...ireland, fastLaunch: true },
    "fastLaunch",
    "false without policies.fastLaunch",
  ],
])("%s is refused", (_, place, field, allowed) => {
  expect(errorFor(withPlaces(place))).toMatch(
    new RegExp(`places\\[0\\]\\.${field}.*${allowed.replaceAll(".", "\\.")}`, "s"),
  );
});

test("one name, and one Region of an account, are one place", () => {
  expect(errorFor(withPlaces(ireland, { ...ireland, region: "eu-west-2" }))).toContain("a unique name");
  expect(errorFor(withPlaces(ireland, { ...ireland, name: "other" }))).toContain("no other place");
});

test("another account needs a key that can be shared, before anything is built", () => {
  for (const place of [apps, { ...apps, region: "eu-west-1", method: "copy" }])
    expect(errorFor({ ...two, places: [place] })).toContain("the account's default key for EBS");
});

test("no place proves if builds run in the user's subnets, and the reason is said", () => {
  const network = { kind: "vpc", vpcId: "vpc-0123456789abcdef0", subnetIds: ["subnet-0123456789abcdef0"] };
  const configuration = { ...two, places: [{ ...ireland, prove: true }], policies: { network } };
  expect(errorFor(configuration)).toContain("cannot reach an instance of another VPC");
});

test("a fleet may be in a place of another account that has its channel", () => {
  const fleet = { name: "web", variant: core, kind: "managed-node-group", cluster: "main", group: "web" };
  const withFleet = (changes: object) => ({ ...withPlaces(ireland, apps), fleets: [{ ...fleet, ...changes }] });

  expect(parseConfiguration(withFleet({ place: "apps" })).fleets[0]?.place).toBe("apps");
  expect(errorFor(withFleet({ place: "ireland" }))).toContain("which has no rights about fleets");
  expect(errorFor(withFleet({ place: "nowhere" }))).toContain("the name of a place");
  expect(errorFor(withFleet({ place: "apps", channel: "candidate" }))).toContain("stable");
});
