import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Configuration, parseConfiguration } from "../../functions/config/configuration.ts";
import { orderBuild } from "../../functions/domain/build-orders.ts";
import { controls, hostileText, orHostile, safe } from "./hostile.ts";

const host = fc.constantFrom("mirror.example.com", "user:hunter2@mirror.example.com", "127.0.0.1:5000", "[::1]");
const address = fc.oneof(
  fc
    .tuple(fc.constantFrom("https://", "http://", "https:", "https:\\\\", "ftp://"), host, hostileText)
    .map((parts) => parts.join("")),
  fc.webUrl({ validSchemes: ["https"], withQueryParameters: true, withFragments: true }),
  hostileText,
);
const reference = fc.oneof(
  fc.stringMatching(/^[a-z0-9.-]{1,20}(:\d{1,5})?\/[a-z0-9._/-]{1,30}(:[\w][\w.-]{0,10})?$/),
  fc
    .tuple(fc.constantFrom("mcr.microsoft.com/", "123456789012.dkr.ecr.us-east-1.amazonaws.com/"), hostileText)
    .map((parts) => parts.join("")),
);

const variant = fc.record(
  {
    windows: fc.constantFrom(2019, 2022, 2025),
    kubernetes: orHostile("1.35", "1.36"),
    name: orHostile("core", "a".repeat(64)),
    base: orHostile("Base", "EKS_Optimized"),
    containerImages: fc.array(reference, { maxLength: 3 }),
    registryMirrors: fc.dictionary(orHostile("docker.io", "quay.io:443"), fc.array(address, { maxLength: 2 }), {
      maxKeys: 2,
    }),
    deniedUpdates: fc.array(orHostile("KB5040437"), { maxLength: 3 }),
    diskGiB: fc.oneof(fc.constant(100), fc.anything()),
  },
  { requiredKeys: ["windows", "kubernetes"], noNullPrototype: true },
);

const policies = fc.record(
  {
    kubernetesReleaseUrl: address,
    packerReleaseUrl: address,
    soak: orHostile("24h"),
    baseAmiSchedule: orHostile("rate(1 hour)"),
    instanceType: orHostile("m7i.xlarge"),
    volumeKeyArn: orHostile("arn:aws:kms:us-east-1:123456789012:key/0123abcd"),
    network: fc.oneof(
      fc.record({ kind: fc.constant("public"), addressUrl: address }),
      fc.record({ kind: fc.constant("vpc"), vpcId: hostileText, subnetIds: fc.array(hostileText) }),
    ),
    retention: fc.anything(),
  },
  { requiredKeys: [], noNullPrototype: true },
);

const written = fc.oneof(
  { weight: 1, arbitrary: fc.anything({ withBigInt: true, withDate: true, withMap: true, withNullPrototype: true }) },
  {
    weight: 6,
    arbitrary: fc.record(
      {
        variants: fc.array(variant, { minLength: 1, maxLength: 2 }),
        policies,
        subscribers: fc.array(
          fc.record({ protocol: orHostile("email", "https", "sms"), endpoint: fc.oneof(address, hostileText) }),
        ),
        callers: fc.array(orHostile("arn:aws:iam::123456789012:role/operators")),
        retiredVariants: fc.array(hostileText),
      },
      { requiredKeys: ["variants"], noNullPrototype: true },
    ),
  },
  // Most of the others have a mistake somewhere.
  { weight: 3, arbitrary: variant.map((one) => ({ variants: [one] })) },
);

function parse(input: unknown): Configuration | string {
  try {
    return parseConfiguration(input);
  } catch (error) {
    return (error as Error).message;
  }
}

/** The patterns with which Packer's templates check their variables. */
const template = readFileSync(new URL("../../packer/variables.pkr.hcl", import.meta.url), "utf8");
function patternsOf(name: string): RegExp[] {
  const [, declaration = ""] = template.split(`variable "${name}" {`);
  const [body = ""] = declaration.split("\nvariable ");
  return [...body.matchAll(/regex\("((?:[^"\\]|\\.)+)"/g)].map(([, pattern]) => new RegExp(JSON.parse(`"${pattern}"`)));
}
const [variantName] = patternsOf("variant") as [RegExp];
const [containerImage] = patternsOf("container_images") as [RegExp];
const [registryHost, mirror] = patternsOf("registry_mirrors") as [RegExp, RegExp];
const [releaseUrl] = patternsOf("kubernetes_release_url") as [RegExp];

/** They have failed once. */
const failed = [
  ...["https://user:hunter2@mirror.example.com", "https:user:hunter2@mirror.example.com"].map(
    (kubernetesReleaseUrl) => ({
      variants: [{ windows: 2022, kubernetes: "1.35" }],
      policies: { kubernetesReleaseUrl },
    }),
  ),
  { variants: [{ windows: 2019, kubernetes: "", registryMirrors: { "": [] } }] },
  { variants: [{ windows: 2022, kubernetes: "1.35", diskGiB: 1n }] },
];

describe("config.ts, whatever it says,", () => {
  test("is accepted, or refused with a line for each mistake that shows no password", () =>
    safe(
      written,
      (input) => {
        const parsed = parse(input);
        if (typeof parsed !== "string") return;
        const [first, ...lines] = parsed.split("\n");
        expect(first).toBe("config.ts cannot be used:");
        expect(lines.length).toBeGreaterThan(0);
        for (const line of lines) {
          expect(line).toMatch(/^ {2}.* is .+; allowed: \S/);
          expect(line).not.toMatch(/allowed: (Too|Invalid|Expected|Unrecognized)/);
          expect(line).not.toMatch(controls);
          expect(line.length).toBeLessThan(2_000);
        }
        expect(parsed).not.toContain("hunter2");
      },
      { failed },
    ));

  test("leads, once accepted, to variables that Packer's templates accept and CodeBuild has room for", () =>
    safe(written, (input) => {
      const configuration = parse(input);
      if (typeof configuration === "string") return;
      expect(JSON.stringify(configuration)).not.toContain("hunter2");
      const inputs = {
        baseAmi: "ami-0123456789abcdef0",
        kubernetes: "1.35.7",
        patchTuesday: "2026-10-13",
        recipe: "a".repeat(64),
        settings: "b".repeat(64),
      };
      for (const variant of configuration.variants) {
        const wish = {
          variant,
          inputs,
          attempt: 1,
          reasons: ["a"],
          baseReleased: "2026-10-01",
          harvestSource: undefined,
        };
        const context = {
          stage: "test",
          recipe: "c".repeat(64),
          harvestRecipe: "e".repeat(64),
          configuration,
          images: new Map(),
        };
        const { variables } = orderBuild({ purpose: "build", ...wish }, context);
        const packer = JSON.parse(variables.PACKER_VARIABLES);
        expect(packer.variant).toMatch(variantName);
        expect(packer.kubernetes_release_url).toMatch(releaseUrl);
        for (const image of packer.container_images) expect(image).toMatch(containerImage);
        for (const [name, mirrors] of Object.entries(packer.registry_mirrors)) {
          expect(name).toMatch(registryHost);
          for (const one of mirrors as string[]) expect(one).toMatch(mirror);
        }
        for (const value of Object.values(variables)) expect(value).not.toMatch(controls);
        const size = Object.entries(variables).reduce((sum, [name, value]) => sum + name.length + value.length, 0);
        expect(size).toBeLessThan(4_800);
      }
    }));
});
