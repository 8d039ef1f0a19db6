import { describe, expect, test } from "vitest";
import { differences, grownFolders, type Report } from "../../../functions/domain/reports.ts";

const report: Report = {
  osBuild: "20348.3807",
  kubernetes: { kubelet: "1.35.7", kubeProxy: "1.35.7" },
  containerd: "1.7.27",
  installedUpdates: ["KB5066782", "KB5065432"],
  containerImages: [
    { name: "mcr.microsoft.com/oss/kubernetes/pause:3.10", digest: `sha256:${"a".repeat(64)}` },
    { name: "registry.example.com/agent:1", digest: `sha256:${"b".repeat(64)}` },
  ],
  customSteps: [{ name: "10-agent.ps1", sha256: "c".repeat(64) }],
};

describe("the differences between two images", () => {
  test("are none if both builds found the same", () => {
    expect(differences(report, structuredClone(report))).toEqual([]);
  });

  test("cover Windows, its updates, the node's programs, container images and custom steps", () => {
    const next: Report = {
      osBuild: "20348.4052",
      kubernetes: { kubelet: "1.35.8", kubeProxy: "1.35.8" },
      containerd: "1.7.28",
      installedUpdates: ["KB5066782", "KB5067000", "KB5067001"],
      containerImages: [
        { name: "mcr.microsoft.com/oss/kubernetes/pause:3.10", digest: `sha256:${"d".repeat(64)}` },
        { name: "registry.example.com/agent:2", digest: `sha256:${"b".repeat(64)}` },
      ],
      customSteps: [
        { name: "10-agent.ps1", sha256: "e".repeat(64) },
        { name: "20-ca.ps1", sha256: "f".repeat(64) },
      ],
    };
    expect(differences(report, next)).toEqual([
      "Windows 20348.3807 → 20348.4052",
      "Updates added: KB5067000, KB5067001",
      "Updates removed: KB5065432",
      "kubelet 1.35.7 → 1.35.8",
      "kube-proxy 1.35.7 → 1.35.8",
      "containerd 1.7.27 → 1.7.28",
      "Container image mcr.microsoft.com/oss/kubernetes/pause:3.10 sha256:aaaaaaaaaaaa → sha256:dddddddddddd",
      "Container image registry.example.com/agent:1 removed",
      "Container image registry.example.com/agent:2 added",
      "Custom step 10-agent.ps1 cccccccccccc → eeeeeeeeeeee",
      "Custom step 20-ca.ps1 added",
    ]);
  });

  const gib = 1024 ** 3;
  const withDisk = (used: number, folders: Record<string, number>): Report => ({
    ...report,
    disk: {
      usedBytes: used * gib,
      folders: Object.entries(folders).map(([path, size]) => ({ path, bytes: size * gib })),
    },
  });
  const before = withDisk(30, { "C:\\Windows\\WinSxS": 8, "C:\\ProgramData\\containerd": 9, "C:\\Temp": 1 });
  const after = withDisk(34.56, { "C:\\Windows\\WinSxS": 8.5, "C:\\ProgramData\\containerd": 9.05, "C:\\Agent": 3.5 });

  test("cover the size on disk and the folders that grew by 0.1 GiB or more, the one that grew most first", () => {
    expect(differences(before, after)).toEqual([
      "Size on disk 30.0 GiB → 34.6 GiB",
      "Folder C:\\Agent now has 3.5 GiB",
      "Folder C:\\Windows\\WinSxS 8.0 GiB → 8.5 GiB",
    ]);
    expect(grownFolders(before, after)).toEqual(differences(before, after).slice(1));
  });

  test("say nothing about the disk if one of the reports is from before it was measured", () => {
    expect(differences(report, after)).toEqual([]);
    expect(grownFolders(before, report)).toEqual([]);
    expect(grownFolders(withDisk(30, {}), after)).toEqual([]);
  });
});
