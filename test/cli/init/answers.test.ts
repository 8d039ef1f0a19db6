import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { whyKept } from "../../../cli/init/existing.ts";
import { hasPublicDefault, isPrivate } from "../../../cli/init/networks.ts";
import { nextSteps } from "../../../cli/init/next-steps.ts";
import { nameOf, usualVariant, variantsIn } from "../../../cli/init/offered.ts";
import { type Answers, configurationOf, renderConfig, shippedAnswers } from "../../../cli/init/render.ts";
import { parseConfiguration } from "../../../functions/config/configuration.ts";
import { knownVariants } from "../../../functions/config/known-images.ts";

describe("the variants that AWS's public parameters offer", () => {
  const family = "/aws/service/ami-windows-latest/Windows_Server";

  test("are those with an EKS image that config.ts accepts, the newest first", () => {
    const names = [
      `${family}-2019-English-Core-EKS_Optimized-1.34/image_id`,
      `${family}-2022-English-Full-EKS_Optimized-1.35/image_id`,
      `${family}-2022-English-Core-EKS_Optimized-1.34/image_id`,
      `${family}-2022-English-Core-EKS_Optimized-1.35/image_id`,
      `${family}-2025-English-Core-EKS_Optimized-1.36/image_id`,
      // Not offered: no ID, no EKS image, another language, and what config.ts does not know or refuses.
      `${family}-2022-English-Core-EKS_Optimized-1.36/release_version`,
      `${family}-2022-English-Core-Base`,
      `${family}-2022-German-Core-EKS_Optimized-1.35/image_id`,
      `${family}-2028-English-Core-EKS_Optimized-1.36/image_id`,
      `${family}-2025-English-Core-EKS_Optimized-1.34/image_id`,
    ];
    expect(variantsIn(names).map(nameOf)).toEqual([
      "windows-2025-core-1.36",
      "windows-2022-core-1.35",
      "windows-2022-full-1.35",
      "windows-2022-core-1.34",
      "windows-2019-core-1.34",
    ]);
  });

  test("of the built-in list are all accepted, and hold the shipped one", () => {
    expect(() => parseConfiguration({ variants: [...knownVariants] })).not.toThrow();
    expect(knownVariants.map(nameOf)).toContain("windows-2022-core-1.35");
    expect(knownVariants.map(nameOf)).not.toContain("windows-2025-core-1.34");
  });

  test.each([
    [["windows-2022-core-1.36", "windows-2022-core-1.35"], "windows-2022-core-1.35"],
    [["windows-2025-core-1.36", "windows-2022-core-1.36", "windows-2022-core-1.34"], "windows-2022-core-1.36"],
    [["windows-2025-core-1.36"], "windows-2025-core-1.36"],
  ])("of %o, the usual one is %s", (offered, usual) => {
    const variants = knownVariants.filter((one) => offered.includes(nameOf(one)));
    const found = usualVariant(variants);
    expect(found && nameOf(found)).toBe(usual);
  });
});

describe("config.ts as init writes it", () => {
  const many: Answers = {
    variants: [
      { windows: 2022, edition: "Core", kubernetes: "1.35" },
      { windows: 2025, edition: "Full", kubernetes: "1.36" },
    ],
    network: {
      kind: "vpc",
      vpcId: "vpc-0123456789abcdef0",
      subnetIds: ["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"],
    },
    subscribers: ["ann@example.com", "bob@example.com"],
    operators: ["pager@example.com"],
    functionUrl: false,
  };

  test("is the shipped one if every answer is the shipped one", () => {
    expect(renderConfig(shippedAnswers)).toBe(readFileSync("config.ts", "utf8"));
  });

  test("has every answer, formatted like the rest", () => {
    expect(
      renderConfig(many).slice(renderConfig(many).indexOf("export const")),
    ).toBe(`export const config: ConfigurationInput = {
  variants: [
    {
      windows: 2022,
      edition: "Core",
      kubernetes: "1.35",
      base: "EKS_Optimized",
      containerImages: [
        "mcr.microsoft.com/windows/servercore:ltsc2022",
        "mcr.microsoft.com/windows/nanoserver:ltsc2022",
      ],
    },
    {
      windows: 2025,
      edition: "Full",
      kubernetes: "1.36",
      base: "EKS_Optimized",
      containerImages: [
        "mcr.microsoft.com/windows/servercore:ltsc2025",
        "mcr.microsoft.com/windows/nanoserver:ltsc2025",
      ],
    },
  ],
  policies: {
    soak: "24h",
    minInterval: "20h",
    network: {
      kind: "vpc",
      vpcId: "vpc-0123456789abcdef0",
      subnetIds: ["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"],
    },
    functionUrl: false,
  },
  subscribers: [
    { protocol: "email", endpoint: "ann@example.com" },
    { protocol: "email", endpoint: "bob@example.com" },
  ],
  operators: [{ protocol: "email", endpoint: "pager@example.com" }],
};
`);
  });

  test.each([
    ["the shipped answers", shippedAnswers],
    ["many answers", many],
  ])("is accepted: %s", (_, answers) => {
    const { variants, subscribers } = parseConfiguration(configurationOf(answers));
    expect(variants.map(({ name }) => name)).toEqual(answers.variants.map(nameOf));
    expect(subscribers.map(({ endpoint }) => endpoint)).toEqual(answers.subscribers);
  });
});

describe("a config.ts that is there", () => {
  test.each([
    ["none", undefined, undefined, undefined],
    ["the shipped one", "shipped", "shipped", undefined],
    ["the shipped one without git", "shipped", undefined, undefined],
    ["one with changes", "mine", "shipped", "it has changes that are not committed"],
    ["one with changes after a commit", "mine", "ours", "it has changes that are not committed"],
    ["a committed one", "mine", "mine", /somebody has edited and committed it$/],
    ["one that git does not know", "mine", undefined, /git has no copy of it$/],
  ])("%s", (_, now, committed, expected) => {
    const why = whyKept({ now, committed }, "shipped");
    if (expected instanceof RegExp) expect(why).toMatch(expected);
    else expect(why).toBe(expected);
  });
});

describe("networks", () => {
  const subnet = (vpc: string, to?: string) => ({
    id: "subnet-0123456789abcdef0",
    vpc,
    route: to === undefined ? undefined : { to, isDead: false },
    endpoints: [],
  });
  const vpcs = [{ id: "vpc-1", cidr: "10.0.0.0/16", isDefault: true }];

  test.each([
    [[subnet("vpc-1", "igw-1")], true],
    [[subnet("vpc-1", "igw-1"), subnet("vpc-1")], false],
    [[subnet("vpc-2", "igw-1")], false],
    [[], false],
  ])("a default VPC with %o will do: %s", (subnets, expected) => {
    expect(hasPublicDefault({ vpcs, subnets })).toBe(expected);
  });

  test("a subnet with NAT or something like it is private", () => {
    expect([subnet("v", "nat-1"), subnet("v", "tgw-1"), subnet("v", "igw-1"), subnet("v")].map(isPrivate)).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });
});

test("the next steps name who must confirm, the Region, and what is not for production", () => {
  const steps = nextSteps({ ...shippedAnswers, operators: ["ann@example.com"] }, "eu-central-1").join("\n");
  expect(steps).toContain("ann@example.com must confirm");
  expect(steps).toContain("AWS_REGION=eu-central-1");
  expect(steps).toContain("private subnets with NAT");
});
