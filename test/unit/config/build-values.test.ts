import { expect, test } from "vitest";
import { errorFor } from "./error-for.ts";

const variant = { windows: 2022, kubernetes: "1.35" };

test.each([
  [
    "more container images than the variables of a build have room for beside a mirror's long address",
    {
      variants: [{ ...variant, containerImages: Array(40).fill("registry.example.com/team/windows/image:1") }],
      policies: { kubernetesReleaseUrl: `https://mirror.example.com/${"k".repeat(173)}` },
    },
    "allowed: fewer: a variant's container images, mirrors and denied updates have at most 1557 characters together",
  ],
  [
    "an address with what PowerShell, TOML or Packer interprets",
    { variants: [{ ...variant, registryMirrors: { "docker.io": ["https://mirror.example.com/{{env}}"] } }] },
    'variants[0].registryMirrors.docker.io[0] is "https://mirror.example.com/{{env}}"; allowed: an address of letters, digits',
  ],
  [
    "an address that leaves the variables of a build no room",
    { variants: [variant], policies: { packerReleaseUrl: `https://mirror.example.com/${"k".repeat(174)}` } },
    "allowed: an address of at most 200 characters",
  ],
  [
    "a release host with an empty part of its path",
    { variants: [variant], policies: { kubernetesReleaseUrl: "https://mirror.example.com//k8s" } },
    "without an empty part of its path",
  ],
  [
    "a container image that a program would take for an option",
    { variants: [{ ...variant, containerImages: ["--help/a:1"] }] },
    'variants[0].containerImages[0] is "--help/a:1"; allowed: a full reference',
  ],
  [
    "a registry host that is no name",
    { variants: [{ ...variant, registryMirrors: { "..": ["https://mirror.example.com"] } }] },
    'allowed: another name: a registry host such as "docker.io"',
  ],
  [
    "a number that JSON does not have",
    { variants: [{ ...variant, diskGiB: 100n }] },
    "variants[0].diskGiB is what JSON cannot hold, such as a bigint; allowed: a whole number",
  ],
])("what a build could not use is refused: %s", (_, input, message) => {
  expect(errorFor(input)).toContain(message);
});

test.each([
  "https://ann:hunter2@mirror.example.com",
  "https:ann:hunter2@mirror.example.com",
  "https:\\\\ann:hunter2@a",
])("a password in an address is not shown: %s", (kubernetesReleaseUrl) => {
  const message = errorFor({ variants: [variant], policies: { kubernetesReleaseUrl } });
  expect(message).toMatch(/policies.kubernetesReleaseUrl is "https:.*…@.*"; allowed: an address without user name/);
  expect(message).not.toContain("hunter2");
});
