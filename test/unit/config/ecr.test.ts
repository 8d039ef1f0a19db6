import { describe, expect, test } from "vitest";
import { parseConfiguration } from "../../../functions/config/configuration.ts";
import { ecrImage } from "../../../functions/config/ecr.ts";

const inUsEast = "123456789012.dkr.ecr.us-east-1.amazonaws.com";

function parse(variant: object, rest: object = {}) {
  return parseConfiguration({ variants: [{ windows: 2022, kubernetes: "1.35", ...variant }], ...rest });
}

describe("a container image in a private ECR registry", () => {
  test.each([
    [`${inUsEast}/app:1.0`, "us-east-1", "app"],
    [`${inUsEast}/team/app@sha256:${"a".repeat(64)}`, "us-east-1", "team/app"],
    [`${inUsEast}/docker-hub/library/nginx:1@sha256:${"a".repeat(64)}`, "us-east-1", "docker-hub/library/nginx"],
    ["123456789012.dkr.ecr-fips.us-gov-west-1.amazonaws.com/app:1", "us-gov-west-1", "app"],
    ["123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn/app:1", "cn-north-1", "app"],
  ])("is accepted and has account, Region and repository: %s", (reference, region, repository) => {
    expect(parse({ containerImages: [reference] }).variants[0]?.containerImages).toEqual([reference]);
    expect(ecrImage(reference)).toEqual({ account: "123456789012", region, repository });
  });

  test.each([
    ["China's host without its end", "123456789012.dkr.ecr.cn-north-1.amazonaws.com/app:1"],
    ["China's end elsewhere", "123456789012.dkr.ecr.us-gov-west-1.amazonaws.com.cn/app:1"],
    ["a host with a port", `${inUsEast}:443/app:1`],
    ["another domain", "123456789012.dkr.ecr.us-east-1.example.com/app:1"],
    ["no Region", "123456789012.dkr.ecr.amazonaws.com/app:1"],
  ])("is refused with the right form if it has %s", (_, reference) => {
    expect(() => parse({ containerImages: [reference] })).toThrow(
      `variants[0].containerImages[0] is "${reference}"; allowed: an image of ECR as "123456789012.dkr.ecr`,
    );
  });
});

test.each(["public.ecr.aws/eks-distro/kubernetes/pause:3.10", "mcr.microsoft.com/windows/nanoserver:ltsc2022"])(
  "a public container image is in no private registry: %s",
  (reference) => {
    expect(parse({ containerImages: [reference] }).variants[0]?.containerImages).toEqual([reference]);
    expect(ecrImage(reference)).toBeUndefined();
  },
);

describe("a registry mirror", () => {
  test.each([`https://${inUsEast}/v2/docker-hub`, "https://123456789012.dkr-ecr.us-east-1.on.aws"])(
    "is refused if it is a private ECR registry: %s",
    (mirror) => {
      expect(() => parse({ registryMirrors: { "docker.io": [mirror] } })).toThrow(
        `is "${mirror}"; allowed: a mirror without a login, and ECR wants one`,
      );
    },
  );

  test("may be a public registry of ECR, and a mirror may stand for an ECR registry", () => {
    const registryMirrors = { "docker.io": ["https://public.ecr.aws"], [inUsEast]: ["https://mirror.example.com"] };

    expect(parse({ registryMirrors }).variants[0]?.registryMirrors).toEqual(registryMirrors);
  });
});

test.each([
  ["an alias instead of an account", { registryAccounts: ["images"] }, 'registryAccounts[0] is "images"; allowed: an'],
  ["a prefix that ends in a slash", { pullThroughCachePrefixes: ["hub/"] }, 'pullThroughCachePrefixes[0] is "hub/"'],
])("a config error names %s", (_, rest, message) => {
  expect(() => parse({}, rest)).toThrow(message);
});
