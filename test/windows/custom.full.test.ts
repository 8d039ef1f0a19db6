import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { Variant } from "../../functions/config/variant.ts";
import { parseVersions, type Versions } from "../../functions/config/versions.ts";
import { changes, tryScripts } from "../../local/custom/try-scripts.ts";
import { orderOfBuild } from "../../local/windows/packer-order.ts";
import type { Workbench } from "../../local/windows/workbench.ts";
import { layer } from "./faults/faults.ts";
import { describeWithPowerShell, packerDirectory } from "./runs.ts";

const { DENIED_UPDATES = "", DISK_GIB } = orderOfBuild(layer.recipe, layer.base.edition).settings;
/** Its machine is the one on which single scripts are tested, which is made once then. */
const variant = Variant.parse({
  windows: 2022,
  kubernetes: "1.35",
  containerImages: layer.containerImages,
  deniedUpdates: JSON.parse(`${DENIED_UPDATES}`),
  diskGiB: Number(DISK_GIB),
});
const { artifacts, ...others } = parseVersions(readFileSync(join(packerDirectory, "versions.json"), "utf8"));
const versions: Versions = {
  ...others,
  artifacts: artifacts.map((each) => (each.name === "containerd" ? { ...each, version: "1.7.36" } : each)),
};

describeWithPowerShell("one's own scripts against the model", (bench) => {
  test("run before the restart and the verification, and what they change is told", async () => {
    const { exitCode, said } = await tried(bench(), {
      "10-change.ps1": `Set-Service -Name 'csi-proxy' -StartupType Manual
Remove-Item -Path 'C:\\Program Files\\kubernetes\\kubelet.exe'
"I am $(Get-Content -Path "$env:CUSTOM_FILES\\name.txt")"
exit 3010`,
      "files/name.txt": "ours",
    });

    expect(said).toContain("  I am ours");
    expect(said).toContain("  services.csi-proxy.startMode: Auto → Manual");
    expect(said).toContain("60-custom ended with exit code 0");
    expect(said.join("\n")).toMatch(/EKSWIN-FAILED test 70-verify: .*kubelet/);
    expect(exitCode).toBe(1);
  });

  test("that fail end the trial with their step's exit code", async () => {
    const { exitCode, said } = await tried(bench(), { "10-fail.ps1": "throw 'no licence'" });

    expect(exitCode).toBe(1);
    expect(said.join("\n")).toContain("no licence");
    expect(said).not.toContain("\n70-verify");
  });
});

test("a change is told with what was before", () => {
  const before = { features: { Containers: "Installed" as const }, hotfixes: ["KB1"] };

  expect(changes(before, { features: {}, hotfixes: ["KB1"], boots: 2 })).toEqual([
    "features.Containers: Installed → –",
    "boots: – → 2",
  ]);
});

/** Tries these files of `packer/custom/`. */
async function tried(bench: Workbench, files: Record<string, string>): Promise<{ exitCode: number; said: string[] }> {
  const packerDir = bench.newPath("packer-with-scripts");
  cpSync(packerDirectory, packerDir, { recursive: true });
  mkdirSync(join(packerDir, "custom/files"), { recursive: true });
  for (const [name, text] of Object.entries(files)) writeFileSync(join(packerDir, "custom", name), text);
  const said: string[] = [];
  const exitCode = await tryScripts({ bench, variant, packerDir, versions, say: (line) => said.push(line) });
  return { exitCode, said };
}
