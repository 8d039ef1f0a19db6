import { describe, expect, test } from "vitest";
import { config } from "../../../config.ts";
import { parseConfiguration } from "../../../functions/config/configuration.ts";
import { errorFor } from "./error-for.ts";

const variant = { windows: 2022, kubernetes: "1.35" };

test("the repository's config.ts is valid", () => {
  expect(parseConfiguration(config).variants.map(({ name }) => name)).toEqual(["windows-2022-core-1.35"]);
});

test("omitted fields have sensible defaults, and time spans become milliseconds", () => {
  const { variants, policies } = parseConfiguration({ variants: [variant] });
  expect(variants[0]).toMatchObject({
    name: "windows-2022-core-1.35",
    edition: "Core",
    base: "EKS_Optimized",
    diskGiB: 100,
    diskThroughput: 125,
    skipRegionalSetup: false,
  });
  expect(policies).toMatchObject({
    soak: 86_400_000,
    maxParallel: 3,
    kubernetesSource: "upstream",
    patchTuesday: { time: "11:00", timeZone: "America/Los_Angeles" },
  });
});

test.each([
  "arn:aws:kms:us-east-1:123456789012:key/0123abcd-0123-4567-89ab-0123456789ab",
  "arn:aws-us-gov:kms:us-gov-west-1:123456789012:key/mrk-0123456789abcdef0123456789abcdef",
])("volumes may be encrypted with the user's own key: %s", (volumeKeyArn) => {
  expect(parseConfiguration({ variants: [variant], policies: { volumeKeyArn } }).policies).toMatchObject({
    volumeKeyArn,
  });
});

test("a trailing slash of a release host's address makes no difference", () => {
  const { policies } = parseConfiguration({
    variants: [variant],
    policies: {
      kubernetesReleaseUrl: "https://mirror.example.com/k8s//",
      packerReleaseUrl: "https://mirror.example.com/",
    },
  });
  expect(policies).toMatchObject({
    kubernetesReleaseUrl: "https://mirror.example.com/k8s",
    packerReleaseUrl: "https://mirror.example.com",
  });
});

describe("a config error names the field, its value and what is allowed", () => {
  test.each([
    [
      "an unknown Windows",
      { variants: [{ ...variant, windows: 2016 }] },
      "variants[0].windows is 2016; allowed: 2019, 2022, 2025",
    ],
    [
      "a malformed minor",
      { variants: [{ ...variant, kubernetes: "1.3" }] },
      'variants[0].kubernetes is "1.3"; allowed: a Kubernetes minor in quotes',
    ],
    [
      "an unknown base",
      { variants: [{ ...variant, base: "Golden" }] },
      'variants[0].base is "Golden"; allowed: EKS_Optimized, ContainersLatest, Base',
    ],
    ["an unknown field", { variants: [{ ...variant, disk: 100 }] }, "variants[0].disk is 100; allowed: no such field"],
    [
      "Windows 2025 before 1.35",
      { variants: [{ windows: 2025, kubernetes: "1.34" }] },
      'variants[0].kubernetes is "1.34"; allowed: 1.35 or newer',
    ],
    [
      "ContainersLatest for 2025",
      { variants: [{ windows: 2025, kubernetes: "1.35", base: "ContainersLatest" }] },
      'variants[0].base is "ContainersLatest"; allowed: EKS_Optimized or Base',
    ],
    [
      "an unknown time zone",
      { variants: [variant], policies: { patchTuesday: { timeZone: "Mars/Olympus" } } },
      'policies.patchTuesday.timeZone is "Mars/Olympus"; allowed: an IANA time zone',
    ],
    [
      "a time span without a unit",
      { variants: [variant], policies: { soak: "24" } },
      'policies.soak is "24"; allowed: a time span such as',
    ],
    [
      "a time span beyond the last date",
      { variants: [variant], policies: { soak: "999999999d" } },
      'policies.soak is "999999999d"; allowed: a time span such as 30m, 20h or 45d, at most 3650d',
    ],
    [
      "a time span with too many digits",
      { variants: [variant], policies: { soak: `${"9".repeat(200)}d` } },
      "allowed: a time span such as 30m, 20h or 45d, at most 3650d",
    ],
    ["an empty list of variants", { variants: [] }, "variants is []; allowed: at least one variant"],
    ["a missing list", {}, "variants is missing; allowed:"],
    [
      "a malformed network",
      { variants: [variant], policies: { network: { kind: "wifi" } } },
      'policies.network.kind is "wifi"; allowed: public, vpc',
    ],
    [
      "an alias instead of a key",
      { variants: [variant], policies: { volumeKeyArn: "arn:aws:kms:us-east-1:123456789012:alias/images" } },
      'policies.volumeKeyArn is "arn:aws:kms:us-east-1:123456789012:alias/images"; allowed: the ARN of a KMS key, not of an alias',
    ],
    [
      "a VPC without subnets",
      { variants: [variant], policies: { network: { kind: "vpc", vpcId: "vpc-0123456789abcdef0" } } },
      "policies.network.subnetIds is missing; allowed:",
    ],
    [
      "a subscriber with an unknown protocol",
      { variants: [variant], subscribers: [{ protocol: "fax", endpoint: "1" }] },
      'subscribers[0].protocol is "fax"; allowed: email, email-json, https',
    ],
    [
      "a container image without a registry",
      { variants: [{ ...variant, containerImages: ["nanoserver"] }] },
      'variants[0].containerImages[0] is "nanoserver"; allowed: a full reference',
    ],
    [
      "a container image with a shell command",
      { variants: [{ ...variant, containerImages: ["mcr.microsoft.com/a$(calc):1"] }] },
      "variants[0].containerImages[0] is",
    ],
    [
      "a malformed update",
      { variants: [{ ...variant, deniedUpdates: ["5040437"] }] },
      'variants[0].deniedUpdates[0] is "5040437"; allowed: an update such as "KB5040437"',
    ],
    [
      "a name with capitals",
      { variants: [{ ...variant, name: "Core" }] },
      'variants[0].name is "Core"; allowed: 1 to 64 of a-z',
    ],
    [
      "a release host with a query",
      { variants: [variant], policies: { kubernetesReleaseUrl: "https://mirror.example.com/?token=1" } },
      'policies.kubernetesReleaseUrl is "https://mirror.example.com/?token=1"; allowed: an address without query',
    ],
    [
      "a whole account as caller",
      { variants: [variant], callers: ["arn:aws:iam::123456789012:root"] },
      'callers[0] is "arn:aws:iam::123456789012:root"; allowed: the ARN of a role or user',
    ],
    [
      "every account as caller",
      { variants: [variant], callers: ["*"] },
      'callers[0] is "*"; allowed: the ARN of a role',
    ],
    [
      "a repeated caller",
      { variants: [variant], callers: Array(2).fill("arn:aws:iam::123456789012:role/a") },
      "allowed: each caller once",
    ],
    [
      "a malformed schedule",
      { variants: [variant], policies: { baseAmiSchedule: "hourly" } },
      'policies.baseAmiSchedule is "hourly"; allowed: an EventBridge rate',
    ],
  ])("%s", (_, input, message) => {
    expect(errorFor(input)).toContain(message);
  });

  test("two variants of one name are refused, and the second is named", () => {
    const message = errorFor({ variants: [variant, { ...variant, base: "Base" }] });
    expect(message).toContain(
      "variants[1].name is missing; allowed: a unique name: variants[0] is called windows-2022-core-1.35, too",
    );
  });

  test("all errors are reported at once", () => {
    const message = errorFor({ variants: [{ ...variant, windows: 1 }], policies: { maxParallel: 0 } });
    expect(message.split("\n")).toHaveLength(3);
  });
});
