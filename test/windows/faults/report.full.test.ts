import { readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { sumBy } from "es-toolkit";
import { expect, test } from "vitest";
import { hostPath } from "../../../local/windows/paths.ts";
import { describeWithPowerShell } from "../runs.ts";
import { inWorkDirectory, readJson } from "./changes.ts";
import { type Failing, layer, runFault, testFaults } from "./faults.ts";

const script = "80-report";
const kubelet = "C:\\Program Files\\kubernetes\\kubelet.exe";

type Disk = { usedBytes: number; folders: { path: string; bytes: number }[] };

function bytesBelow(folder: string): number {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return sumBy(files, ({ parentPath, name }) => statSync(join(parentPath, name)).size);
}

const faults: Failing[] = [
  {
    what: "fails if the machine was never tested",
    script,
    change: ({ machine }) => rmSync(hostPath(machine.prefix, inWorkDirectory("output\\tests.json"))),
    failure: { class: "provision", cause: "tests.json" },
  },
  {
    what: "fails if a program is gone since it was installed",
    script,
    change: ({ machine }) => rmSync(hostPath(machine.prefix, "C:\\Program Files\\Amazon\\EKS\\bin\\csi-proxy.exe")),
    failure: { class: "provision", cause: "csi-proxy.exe" },
  },
];

describeWithPowerShell("the report of an image", (bench) => {
  testFaults(bench, () => layer, faults);

  test("says what is in it, and stays there", async () => {
    const { step, run } = await runFault(bench(), layer, { what: "", script });

    expect(step.exitCode, step.stdout + step.stderr).toBe(0);
    const report = readJson(run.machine, inWorkDirectory("output\\report.json"));
    expect(readJson(run.machine, "C:\\ProgramData\\eks-windows-images\\report.json")).toEqual(report);
    expect(report).toMatchObject({
      recipe: "layer",
      windows: "2022",
      edition: "Core",
      baseReleased: "2026-10-14",
      patchTuesday: "2026-11-10",
      baseOsBuild: "20348.2849",
      osBuild: "20348.4405",
      kubernetes: { kubelet: "1.35.8", kubeProxy: "1.35.8" },
      containerd: "1.7.36",
      containerdConfig: [],
      eks: { csiProxyService: "csi-proxy", settings: expect.arrayContaining([expect.any(Object)]) },
      launchAgent: { name: "ec2launch-v2", version: "2.0.2107", status: 0 },
      installedUpdates: expect.arrayContaining(["KB5031234", "KB5099999"]),
      addedUpdates: ["KB5099999"],
      updatesLeftOut: [],
      customSteps: [],
      firstStart: { manualServices: [{ name: "Spooler", reason: "A node prints nothing." }], skippedAnswers: [] },
      disk: { usedBytes: 50 * 2 ** 30 },
      tests: { failed: 0, names: expect.arrayContaining(["containerd: answers kubelet"]) },
    });
    const { binaries, containerImages, disk } = report as { disk: Disk } & Record<string, object[]>;
    expect(disk.folders.map(({ bytes }) => bytes)).toEqual(
      disk.folders.map(({ bytes }) => bytes).toSorted((one, other) => other - one),
    );
    expect(disk.folders.length).toBeLessThanOrEqual(40);
    const eks = "C:\\Program Files\\Amazon";
    expect(disk.folders).toContainEqual({ path: eks, bytes: bytesBelow(hostPath(run.machine.prefix, eks)) });
    expect(binaries).toContainEqual({
      path: kubelet,
      version: "1.35.8",
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
      from: "download",
    });
    expect(containerImages).toContainEqual(
      expect.objectContaining({ name: "mcr.microsoft.com/windows/nanoserver:ltsc2022", pinned: true, unpacked: true }),
    );
  });
});
