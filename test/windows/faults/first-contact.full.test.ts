import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { parseFindings } from "../../../commands/first-contact/file.ts";
import { contactImage } from "../../../local/windows/builds.ts";
import type { Machine } from "../../../local/windows/machine.ts";
import { hostPath } from "../../../local/windows/paths.ts";
import { describeWithPowerShell, eksBase, packerDirectory } from "../runs.ts";

const output = "C:\\eks-windows-images-first-contact\\output\\first-contact.json";

describeWithPowerShell("a first contact", (bench) => {
  test("with AWS's EKS image answers all questions, in the shape of the file", async () => {
    const { machine, step } = await contact();

    const { facts, unknown } = parseFindings(machine.read(output).toString());
    expect(step.exitCode, step.stdout + step.stderr).toBe(0);
    expect(unknown).toEqual({});
    expect(step.stdout).toMatch(/^(\d+) of \1 questions are answered\.\r?$/m);
    expect(facts).toMatchObject({
      osBuild: "20348.2849",
      imageState: "IMAGE_STATE_COMPLETE",
      launchAgent: { name: "ec2launch-v2", version: "2.0.2107", status: 0, errors: [] },
      programs: { "kubelet.exe": "1.35.5", "containerd.exe": "1.7.36" },
      services: { containerd: { startMode: "Auto" }, hns: { startMode: "Manual" } },
      eventLogs: { EKS: { maximumBytes: 209_715_200, sources: ["EKS", "kube-proxy", "kubelet"] } },
      features: expect.arrayContaining(["Containers"]),
      dynamicPorts: { tcp: { start: 49152, count: 16384 } },
      hnsNetworks: [],
      secondsOfSetup: { "windeploy.exe": 35, "oobeldr.exe": 27 },
      answerFile: expect.stringContaining("Microsoft-Windows-International-Core"),
      pageFiles: { setting: ["?:\\pagefile.sys"], bytes: 4096 },
      disk: {
        usedBytes: 50 * 2 ** 30,
        folders: expect.arrayContaining([expect.objectContaining({ path: "C:\\ProgramData" })]),
      },
      installedUpdates: ["KB5031234"],
    });
    expect(facts.offers?.map(({ articles, leftOut }) => ({ articles, leftOut }))).toEqual([
      { articles: ["KB5099999"], leftOut: "" },
    ]);
    expect(facts.containerImages?.map(({ name }) => name)).toContain("amazonaws.com/eks/pause-windows:latest");
    expect(facts.checks?.filter(({ passed }) => !passed)).toEqual([]);
    expect(facts.tasks?.["\\EKS Windows startup task"]?.xml).toContain("EKS-StartupTask.ps1");
    expect(facts.containerd?.text).toBe(
      readFileSync(hostPath(machine.prefix, "C:\\Program Files\\containerd\\config.toml"), "utf8"),
    );
  });

  test("says of each question without an answer why, and of each check that fails what is wrong", async () => {
    const { machine, step } = await contact((before) => {
      before.change((state) => {
        state.launch.ends = 1;
        state.refusals = [
          { command: "Get-WindowsFeature", message: "The target cannot be contacted." },
          { command: "Get-MpPreference", message: "Defender is off." },
          { command: "IUpdateSearcher.Search", message: "", hresult: -2145124322 },
          { command: "vpc-bridge.exe", message: "broken", exitCode: 2 },
        ];
      });
      const config = "C:\\Program Files\\containerd\\config.toml";
      before.write(config, `disabled_plugins = ['io.containerd.grpc.v1.cri']\n${before.read(config)}`);
    });

    const { facts, unknown } = parseFindings(machine.read(output).toString());
    expect(step.exitCode, step.stdout + step.stderr).toBe(0);
    // The sources of the event logs come with a node's settings, among them features.
    expect(Object.keys(unknown).toSorted()).toEqual(["defender", "eventLogs", "features", "offers"]);
    expect(unknown.features).toBe("The target cannot be contacted.");
    expect(step.stdout).toContain("features is unknown: The target cannot be contacted.");
    expect(facts.launchAgent).toMatchObject({
      status: 1,
      errors: [expect.stringContaining("Error running task setWallpaper")],
    });
    const failed = Object.fromEntries(
      (facts.checks ?? []).flatMap((each) => (each.passed ? [] : [[each.name, each.detail]])),
    );
    expect(failed).toEqual({
      "cri-loaded": expect.stringContaining("kubelet gets no answer: io.containerd.grpc.v1 cri is not loaded:"),
      "vpc-bridge": expect.stringContaining("vpc-bridge.exe exited with 2: broken"),
    });
  });

  async function contact(prepare?: (machine: Machine) => void) {
    const base = eksBase("2022", "Core", "1.7.36");
    const { machine, steps } = await contactImage(bench(), base, { packerDir: packerDirectory, prepare });
    const [step] = steps;
    if (!step) throw new Error("Packer runs no script in a first contact");
    return { machine, step };
  }
});
