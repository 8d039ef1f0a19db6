import { describe, expect, test } from "vitest";
import {
  imagesAtOnce,
  judgeFleets,
  judgeKey,
  judgeRole,
  judgeRoom,
  type SeenFleet,
} from "../../../cli/doctor/fast-launch/judge.ts";
import type { Line } from "../../../cli/doctor/lines.ts";
import { type ConfigurationInput, parseConfiguration } from "../../../functions/config/configuration.ts";
import { volumeKeyArn } from "../../infra/deployments.ts";
import { awsError } from "./imaginary-account.ts";

function short(lines: readonly Line[]): string[] {
  return lines.map(({ mark, finding }) => `${mark} ${finding}`);
}

const variant = "windows-2022-core-1.35";
const web: SeenFleet = { name: "web", variant, channel: "stable", kind: "managed-node-group", templates: [] };
const template = (version: number, ...devices: string[]) => ({
  name: `lt-0123456789abcdef0, version ${version}`,
  devices,
});

describe("whether a fleet can use Fast Launch:", () => {
  test.each<[string, Partial<SeenFleet>, string[]]>([
    ["nothing is mapped", { templates: [template(3)] }, ["✓ fast-launch-usable"]],
    ["another volume is mapped", { templates: [template(3, "/dev/sdf")] }, ["✓ fast-launch-usable"]],
    ["the root is mapped", { templates: [template(3, "/dev/sda1")] }, ["? fast-launch-mapped", "✗ fast-launch-wasted"]],
    [
      "one of two templates maps the root",
      { templates: [template(3), template(4, "/dev/sdf", "/dev/sda1")] },
      ["? fast-launch-mapped", "✗ fast-launch-wasted"],
    ],
    ["EC2 gives no answer", { templates: new Error("no such version") }, ["? fast-launch-unread"]],
    ["a call is denied", { templates: awsError("UnauthorizedOperation", "no") }, ["? denied"]],
    ["there is no template", {}, ["? fast-launch-unread"]],
    ["it is Karpenter's", { kind: "karpenter" }, ["? fast-launch-karpenter"]],
    ["the channel has none", { channel: "candidate" }, ["? fast-launch-unseen"]],
    [
      "the variant is another",
      { variant: "other", templates: [template(3)] },
      ["✓ fast-launch-usable", "? fast-launch-unseen"],
    ],
  ])("%s", (_, change, expected) => {
    expect(short(judgeFleets([{ ...web, ...change }], [variant], ["stable"]))).toEqual(expected);
  });

  test("the line names the version that maps the root volume, and no other one", () => {
    const [line] = judgeFleets([{ ...web, templates: [template(3), template(4, "/dev/sda1")] }], [variant], ["stable"]);

    expect(line?.text).toBe("web: lt-0123456789abcdef0, version 4 maps /dev/sda1");
  });

  test("one fleet that uses it is enough for a channel, and one that may use it keeps the channel from being wrong", () => {
    const mapped = { ...web, templates: [template(3, "/dev/sda1")] };
    const others = [
      { ...web, name: "api", templates: [template(1)] },
      { ...web, name: "batch", kind: "karpenter" as const },
    ];

    for (const other of others)
      expect(short(judgeFleets([mapped, other], [variant], ["stable"]))).not.toContain("✗ fast-launch-wasted");
    expect(short(judgeFleets([mapped], [variant], ["stable"]))).toContain("✗ fast-launch-wasted");
  });

  test("targets without a fleet share a line", () => {
    const lines = judgeFleets([], [variant, "b"], ["candidate", "stable"]);

    expect(lines.map(({ text }) => text)).toEqual([
      `no fleet: ${variant}, candidate; ${variant}, stable; b, candidate; b, stable`,
    ]);
  });

  test("without a channel there is nothing to say", () => {
    expect(judgeFleets([web], [variant], [])).toEqual([]);
  });
});

describe("the quota of parallel launches", () => {
  test.each([
    [40, 40, 6, 6, "✓ fast-launch-room", "40 parallel launches, 6 for each image: 6 of 6 at a time"],
    [40, 40, 6, 7, "? fast-launch-queue", "40 parallel launches, 6 for each image: 6 of 7 at a time"],
    [100, 40, 20, 3, "? fast-launch-queue", "40 parallel launches, 20 for each image: 2 of 3 at a time"],
    [39, 40, 6, 1, "✗ fast-launch-too-many", "40 parallel launches in config.ts, 39 at AWS"],
  ])(
    "%i at AWS, %i in config.ts, %i each, for %i images",
    (has, quota, maxParallelLaunches, images, expected, text) => {
      const line = judgeRoom(has, { quota, maxParallelLaunches }, images);

      expect([short([line])[0], line.text]).toEqual([expected, text]);
    },
  );
});

test.each([
  [undefined, "✓ fast-launch-role"],
  ["allowed" as const, "✓ fast-launch-role"],
  ["denied" as const, "✗ fast-launch-no-role"],
])("a service-linked role whose creation is %s", (result, expected) => {
  const creating = result && [{ action: "iam:CreateServiceLinkedRole", resource: "*", result, missing: [] }];

  expect(short([judgeRole(creating)])).toEqual([expected]);
});

describe("the images that can have Fast Launch at once", () => {
  const channels = ["candidate", "stable"] as const;

  test.each<[string, ConfigurationInput["policies"], number]>([
    ["one for each variant and channel", { fastLaunch: { channels: [...channels] } }, 4],
    ["none without a channel", { fastLaunch: { channels: [], before: "publication" } }, 0],
    ["one more each, if channels wait for it", { fastLaunch: { channels: [...channels], before: "publication" } }, 8],
    ["no more, if nothing is published", { publish: false, fastLaunch: { before: "publication" } }, 2],
  ])("are %s", (_, policies, expected) => {
    const variants = [
      { windows: 2022, kubernetes: "1.35" },
      { windows: 2025, kubernetes: "1.35" },
    ] as const;

    expect(imagesAtOnce(parseConfiguration({ variants: [...variants], policies }))).toBe(expected);
  });
});

describe("the key of the volumes", () => {
  const role =
    "arn:aws:iam::123456789012:role/aws-service-role/ec2fastlaunch.amazonaws.com/AWSServiceRoleForEC2FastLaunch";
  const grant = { GranteePrincipal: role, Operations: ["CreateGrant" as const] };
  const creating = `aws kms create-grant --key-id ${volumeKeyArn} --operations CreateGrant --grantee-principal ${role}`;

  test.each([
    ["a grant is there", [grant], "✓ fast-launch-key"],
    ["there is none", [], "? fast-launch-key-unseen"],
    ["another role has one", [{ ...grant, GranteePrincipal: `${role}2` }], "? fast-launch-key-unseen"],
    ["it is for decrypting only", [{ ...grant, Operations: ["Decrypt" as const] }], "? fast-launch-key-unseen"],
    ["the role does not exist", undefined, "? fast-launch-key-unseen"],
  ])("%s", (_, grants, expected) => {
    const line = judgeKey(volumeKeyArn, role, grants);

    expect(short([line])).toEqual([expected]);
    expect(line.remedy?.endsWith(creating) ?? false).toBe(line.mark === "?");
    expect(line.remedy?.includes("create-service-linked-role") ?? false).toBe(grants === undefined);
  });
});
