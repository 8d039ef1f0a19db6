import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, test } from "vitest";
import { parseConfiguration } from "../../../functions/config/configuration.ts";
import {
  type Artifact,
  isNeeded,
  isPinned,
  type Need,
  parseVersions,
  unpinned,
  unsupported,
} from "../../../functions/config/versions.ts";
import { requirePins, supportWarnings } from "../../../infra/versions.ts";

const { artifacts } = parseVersions(readFileSync(new URL("../../../packer/versions.json", import.meta.url), "utf8"));

const layer = variant({ kubernetes: "1.36" });
const assembled = variant({ kubernetes: "1.36", base: "Base" });
const assembledBefore = variant({ kubernetes: "1.35", base: "ContainersLatest" });
const assembledOn2025 = variant({ windows: 2025, kubernetes: "1.35", base: "Base" });

describe("the artifacts of versions.json", () => {
  const needs = ([2019, 2022, 2025] as const).flatMap((windows) =>
    (["EKS_Optimized", "Base"] as const).flatMap((base) =>
      ["1.23", "1.29", "1.35", "1.36", "1.40"].map((kubernetes) => ({ name: "it", windows, kubernetes, base })),
    ),
  );

  test.each(needs)("exist once per need: $windows, $base, $kubernetes", (need) => {
    const names = artifacts.filter((artifact) => isNeeded(artifact, need)).map(({ name }) => name);
    const agents = need.windows === 2019 ? ["ec2launch-v1", "ec2launch-v2"] : ["ec2launch-v2"];
    const assembles = need.base === "Base" ? ["containerd", "pause"] : [];

    expect(names.sort()).toEqual(["aws-cli", ...assembles, ...agents].sort());
  });

  test("are pinned for the layer recipe, and for assembling Windows 2019 and 2022 up to Kubernetes 1.35", () => {
    const early = needs.filter(
      ({ base, windows, kubernetes }) =>
        base === "EKS_Optimized" || (windows !== 2025 && Number(kubernetes.slice(2)) < 36),
    );

    expect(unpinned({ artifacts }, early)).toEqual([]);
  });

  test("state the source of the checksum if they are pinned", () => {
    for (const artifact of artifacts.filter(isPinned)) expect(artifact.source).toMatch(/\S{3}/);
  });

  test("have their version in the address", () => {
    for (const artifact of artifacts) if ("url" in artifact) expect(artifact.url).toContain(artifact.version);
  });
});

describe("an unpinned artifact", () => {
  const versions = parseVersions(JSON.stringify({ artifacts: artifacts.map(withoutPin) }));

  test("is refused by name, with the variants that need it", () => {
    expect(unpinned(versions, [layer, assembled, assembledBefore])).toEqual([
      "containerd 1.7.27, which windows-2022-core-1.35 needs",
      "containerd 2.3.7, which windows-2022-core-1.36 needs",
      "pause 3.10, which windows-2022-core-1.36, windows-2022-core-1.35 need",
    ]);
  });

  test("differs for Windows 2025, for which AWS and Kubernetes have no older versions", () => {
    expect(unpinned(versions, [assembledOn2025])).toEqual([
      "containerd 2.3.7, which windows-2025-core-1.35 needs",
      "pause 3.10.2, which windows-2025-core-1.35 needs",
    ]);
  });

  test("does not block a variant that does not need it", () => {
    expect(unpinned(versions, [layer])).toEqual([]);
  });
});

describe("an artifact past the end of its support", () => {
  const at = (time: string) => Date.parse(time);
  const versions = { artifacts };

  test("is named from the day after on, for an image that needs it", () => {
    expect(unsupported(versions, assembledBefore, at("2026-09-30T23:59:59Z"))).toEqual([]);
    expect(unsupported(versions, assembledBefore, at("2026-10-01T00:00:00Z"))).toEqual([
      "containerd 1.7.27 (until 2026-09-30)",
    ]);
    expect(unsupported(versions, layer, at("2030-01-01T00:00:00Z"))).toEqual([]);
  });

  test("is named at a deployment, with what to do", () => {
    const root = fileURLToPath(new URL("../../..", import.meta.url));

    expect(supportWarnings(root, [layer, assembled, assembledBefore], at("2026-11-30T00:00:00Z"))).toEqual([
      expect.stringMatching(
        /^windows-2022-core-1.35 gets containerd 1.7.27 .+, past the end of support: .+npm run pin$/,
      ),
    ]);
  });
});

describe("a deployment", () => {
  const root = mkdtempSync(join(tmpdir(), "versions-"));
  afterAll(() => rmSync(root, { recursive: true }));
  mkdirSync(join(root, "packer"));
  writeFileSync(join(root, "packer/versions.json"), JSON.stringify({ artifacts: artifacts.map(withoutPin) }));

  test("is refused while a variant needs an unpinned artifact, and the error says what to do", () => {
    expect(() => requirePins(root, [layer, assembled])).toThrow(
      "packer/versions.json has no checksum for containerd 2.3.7, which windows-2022-core-1.36 needs, or for pause 3.10, which windows-2022-core-1.36 needs: npm run pin fetches",
    );
  });

  test("succeeds if no variant needs the unpinned artifact", () => {
    expect(() => requirePins(root, [layer])).not.toThrow();
  });

  test("checks the pins before it creates anything", () => {
    const program = readFileSync(new URL("../../../infra/artifacts.ts", import.meta.url), "utf8");

    expect(program).toMatch(/requirePins\(root, variants\);[\s\S]+new sst\.aws\.Bucket/);
  });

  test("checks the pin of Packer's amazon plugin first of all", () => {
    const program = readFileSync(new URL("../../../sst.config.ts", import.meta.url), "utf8");
    const [first] = program.match(/await import\(".+"\)/g) ?? [];

    expect(first).toBe('await import("./infra/plugin-pin.ts")');
  });
});

describe("versions.json", () => {
  const archive = artifacts.find(({ kind }) => kind === "archive") as Artifact;
  const signed = artifacts.find(({ kind }) => kind === "signed") as Artifact;

  test.each([
    ["an address that changes what it holds", { ...signed, url: "https://example.com/latest/AWSCLIV2.msi" }, "url"],
    ["a checksum of another length", { ...archive, sha256: "2c2c" }, "sha256"],
    ["a checksum from nowhere", { ...archive, source: null }, "source"],
    ["an unknown field", { ...archive, sha512: "0" }, "sha512"],
    ["a signature without a signer", { ...signed, signer: "" }, "signer"],
    ["an unknown recipe", { ...archive, recipes: ["bake"] }, "recipes"],
  ])("is refused with %s", (_, artifact, field) => {
    expect(() => parseVersions(JSON.stringify({ artifacts: [artifact] }))).toThrow(field);
  });
});

function variant(input: { windows?: 2022 | 2025; kubernetes: string; base?: Need["base"] }): Need {
  const { variants } = parseConfiguration({ variants: [{ windows: 2022, ...input }] });
  return variants[0] as Need;
}

function withoutPin(artifact: Artifact): object {
  if (artifact.kind === "archive") return { ...artifact, sha256: null, source: null };
  if (artifact.kind === "image") return { ...artifact, digest: null, source: null };
  return artifact;
}
