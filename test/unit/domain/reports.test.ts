import { describe, expect, test } from "vitest";
import { differences, type Report } from "../../../functions/domain/reports.ts";

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
});
