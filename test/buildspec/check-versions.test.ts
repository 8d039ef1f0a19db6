import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { unpinned } from "../../buildspec/check-versions.mjs";
import { baseFamilies } from "../../functions/config/variant.ts";
import { parseVersions, unpinned as unpinnedOf } from "../../functions/config/versions.ts";
import { recipeHash } from "../../infra/recipe.ts";
import { openWorkshop, type Workshop } from "./workshop.ts";

const sha256 = "2c".repeat(32);
const assembled = {
  variant: "windows-2022-core-1.36",
  base_family: "Base",
  windows: "2022",
  kubernetes_version: "1.36.2",
};
const old = {
  kind: "archive",
  name: "containerd",
  version: "1.7.27",
  recipes: ["assemble"],
  minors: { to: "1.35" },
  sha256,
};
const recent = { ...old, version: "2.1.6", minors: { from: "1.36" }, sha256: null };
const pause = { kind: "image", name: "pause", version: "3.10", recipes: ["layer", "assemble"], digest: null };
const agent = { kind: "base", name: "ec2launch-v2", version: "2.0.863", recipes: ["layer", "assemble"] };

describe("a build", () => {
  test("is refused by the name of what it needs and nobody has pinned", () => {
    const complaint = unpinned({ artifacts: [old, recent, agent] }, assembled);

    expect(complaint).toBe(
      "packer/versions.json has no checksum of containerd 2.1.6, which windows-2022-core-1.36 needs: npm run pin",
    );
  });

  test("is refused by the names of all of them at once", () => {
    const complaint = unpinned({ artifacts: [recent, pause] }, assembled);

    expect(complaint).toContain("no checksum of containerd 2.1.6, no digest of pause 3.10, which");
  });

  test.each([
    ["another recipe", { base_family: "EKS_Optimized" }],
    ["an older minor", { kubernetes_version: "1.35.8" }],
    ["a minor of one digit", { kubernetes_version: "1.9.3" }],
  ])("may lack what only others need: %s", (_, other) => {
    expect(unpinned({ artifacts: [old, recent] }, { ...assembled, ...other })).toBe("");
  });

  test("may lack what only another Windows needs", () => {
    const complaint = unpinned({ artifacts: [{ ...recent, windows: ["2019", "2025"] }] }, assembled);

    expect(complaint).toBe("");
  });

  test.each([undefined, "", "2c2c", "sha256:latest"])("takes %j for no pin", (pin) => {
    expect(unpinned({ artifacts: [{ ...recent, sha256: pin }] }, assembled)).toContain("no checksum of containerd");
    expect(unpinned({ artifacts: [{ ...pause, digest: pin }] }, assembled)).toContain("no digest of pause");
  });

  test("is refused for an artefact of a kind that nobody knows how to check", () => {
    expect(unpinned({ artifacts: [{ ...recent, kind: "gem" }] }, assembled)).toContain(
      'unknown kind "gem": containerd',
    );
  });
});

describe("the recipe's own versions.json", () => {
  const versions = JSON.parse(readFileSync(new URL("../../packer/versions.json", import.meta.url), "utf8"));

  test.each([
    ["2019", "1.33.4"],
    ["2022", "1.35.8"],
  ])("lets both recipes be built with Windows %s and Kubernetes %s", (windows, kubernetes_version) => {
    for (const base_family of ["EKS_Optimized", "Base"])
      expect(unpinned(versions, { ...assembled, base_family, windows, kubernetes_version })).toBe("");
  });

  test("lets Windows 2025 be built upon AWS's image, and be assembled once its containerd is pinned, of whatever minor", () => {
    const on2025 = { ...assembled, variant: "windows-2025-core-1.35", windows: "2025", kubernetes_version: "1.35.8" };

    expect(unpinned(versions, { ...on2025, base_family: "EKS_Optimized" })).toBe("");
    expect(unpinned(versions, on2025)).toBe(
      "packer/versions.json has no checksum of containerd 2.1.6, which windows-2025-core-1.35 needs: npm run pin",
    );
  });

  test("has no artefact of a kind that cannot be checked", () => {
    const complaint = unpinned(versions, assembled);

    expect(complaint).not.toContain("unknown kind");
  });
});

test("the buildspec and the deployment refuse the same: the recipe travels without the service's own modules", () => {
  const versions = parseVersions(readFileSync(new URL("../../packer/versions.json", import.meta.url), "utf8"));
  const pinless = versions.artifacts.map((artifact) => {
    if (artifact.kind === "archive") return { ...artifact, sha256: null };
    return artifact.kind === "image" ? { ...artifact, digest: null } : artifact;
  });

  for (const artifacts of [versions.artifacts, pinless])
    for (const windows of [2019, 2022, 2025])
      for (const base of baseFamilies)
        for (const kubernetes of ["1.9", "1.34", "1.35", "1.36", "1.40"]) {
          const ordered = {
            variant: "one",
            base_family: base,
            windows: String(windows),
            kubernetes_version: `${kubernetes}.1`,
          };
          const refused = unpinned({ artifacts }, ordered);
          const atDeployment = unpinnedOf({ artifacts }, [{ name: "one", windows, kubernetes, base }]);
          const names = atDeployment.map((one) => one.split(",")[0]);

          expect(names.filter((name) => !refused.includes(`of ${name}`))).toEqual([]);
          expect(refused.match(/no (checksum|digest) of/g) ?? []).toHaveLength(names.length);
        }
});

describe("the buildspec", () => {
  const build = ["buildspec/build.sh"];

  function withVersions(workshop: Workshop, text: string): Record<string, string> {
    const source = join(workshop.directory, "source");
    writeFileSync(join(source, "packer/versions.json"), text);
    return { RECIPE: recipeHash(source), PACKER_VARIABLES: JSON.stringify(assembled) };
  }

  test("refuses an unpinned artefact before anything is installed or started", async () => {
    const workshop = openWorkshop();
    const variables = withVersions(workshop, JSON.stringify({ artifacts: [recent] }));

    const { code } = await workshop.run(build, variables);

    expect(code).not.toBe(0);
    expect(workshop.outcome()).toMatchObject({ IMAGE_ID: "", FAILURE_CLASS: "template" });
    expect(workshop.outcome().FAILURE_CAUSE).toContain("no checksum of containerd 2.1.6");
    expect(workshop.called("packer-version-version")).toBeUndefined();
  });

  test.each(["", "[]", '{"artifacts":[{"kind":"archive"}]}'])(
    "refuses a versions.json of another shape: %j",
    async (text) => {
      const workshop = openWorkshop();
      const variables = withVersions(workshop, text);

      await workshop.run(build, variables);

      expect(workshop.outcome()).toMatchObject({ FAILURE_CLASS: "template" });
      expect(workshop.outcome().FAILURE_CAUSE).toContain("packer/versions.json cannot be checked");
    },
  );
});
