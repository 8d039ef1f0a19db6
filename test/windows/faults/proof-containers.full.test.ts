import { expect, test } from "vitest";
import { describeWithPowerShell } from "../runs.ts";
import { layer } from "./faults.ts";
import { generalize, replaceLaunchAgent, sealed } from "./generalizing.ts";
import { type Check, changeReport, changeState, prove, running, withoutShell } from "./proving.ts";

const config = "C:\\Program Files\\containerd\\config.toml";
const image = layer.containerImages?.[0] ?? "";
const pause = "amazonaws.com/eks/pause-windows:latest";
const app = "registry.example.com/app:1";
const absent = "registry.example.com/absent:1";
const notUnpacked = (reference: string) => `${reference} is not unpacked: no container can start from it.`;

describeWithPowerShell("the proof of an image", (bench) => {
  test("fails if containerd has lost the layers of its images, has no CRI, and does not keep running", async () => {
    const proof = await prove(bench(), {
      prepare: (machine) => {
        const table = "[plugins.'io.containerd.grpc.v1.cri'.containerd]\n  default_runtime_name = 'nothing'\n";
        machine.write(config, `${machine.read(config)}\n${table}`);
        machine.change((state) => {
          if (state.services.containerd) state.services.containerd.falters = true;
        });
      },
      before: running(
        "ctr snapshots list | Select-Object -Skip 1 | ForEach-Object { ctr snapshots remove ($_ -split '\\s+')[0] }",
      ),
    });

    const details: Record<string, unknown> = {
      "containerd-runs": "containerd is Stopped.",
      "cri-loaded": expect.stringMatching(
        /^kubelet gets no answer: io\.containerd\.grpc\.v1 cri is not loaded: .*no corresponding runtime/,
      ),
      "sandbox-image": notUnpacked(pause),
      [`container-image ${image}`]: notUnpacked(image),
      "container-starts": expect.stringContaining("is not unpacked"),
    };
    expect(proof.failed).toEqual(details);
    expect(proof).toMatchObject({
      exitCode: 0,
      line: `EKSWIN-PROOF failed ${Object.keys(details).join(" ")}`,
      result: "failed",
    });
  });

  test("fails if containerd starts but never answers, and passes if nothing but its start could not be measured", async () => {
    const mute = { command: "ctr.exe --namespace k8s.io version", message: "context deadline exceeded", exitCode: 1 };
    const proof = await prove(bench(), {
      prepare: (machine) => changeState(machine, { refusals: [mute] }),
    });

    expect(Object.keys(proof.failed)).toEqual(["containerd-runs"]);
    expect(proof.failed["containerd-runs"]).toMatch(/^ctr\.exe exited with 1: .*context deadline exceeded/);
    expect(proof.start).toMatchObject({ containerdSeconds: null, containerSeconds: expect.any(Number) });

    const unmeasured = await prove(bench(), {
      prepare: (machine) =>
        changeState(machine, {
          disk: { sizeGiB: 120, freeGiB: 70 },
          refusals: [
            { command: "Get-Volume", message: "Access denied", times: 1 },
            { command: "ctr.exe --namespace k8s.io run", message: "context deadline exceeded", exitCode: 1, times: 1 },
          ],
        }),
      before: running("Remove-Item -LiteralPath 'C:\\ProgramData\\Amazon\\EC2Launch\\log\\agent.log'"),
    });

    expect(unmeasured).toMatchObject({ exitCode: 0, line: "EKSWIN-PROOF passed", failed: {} });
    expect(unmeasured.start).toMatchObject({ setUpAt: null, bytesRead: null, diskUsedBytes: null });
    expect(unmeasured.stdout).toMatch(
      /^WARNING: The first container took too long and is tried once more: ctr\.exe exited with 1: .*deadline exceeded/m,
    );
    expect(unmeasured.start.warnings).toEqual([
      "SetUp was not measured: EC2Launch has no log.",
      "BytesRead was not measured: Windows has no counter of what its disks have read.",
      "DiskUsed was not measured: Access denied",
    ]);
  });

  test("that EC2Launch v1 has sealed fails if v1 never ends, and if an image is missing or not pinned", async () => {
    const sealing = await generalize(bench(), (machine) => replaceLaunchAgent(machine, bench(), "v1"));
    expect(sealing.failure).toBeUndefined();
    expect(sealing.state).toMatchObject(sealed);

    const proof = await prove(bench(), {
      image: sealing.machine,
      containerImages: [app, absent],
      prepare: (machine) => {
        // The build had EC2Launch v2.
        changeReport(machine, (report) => {
          report.binaries = report.binaries.filter(({ path }) => !path.includes("EC2Launch"));
        });
        changeState(machine, { launch: { silent: true } });
      },
      before: running(`ctr images tag '${image}' '${app}'
ctr images label '${app}' 'io.cri-containerd.pinned='
${withoutShell}`),
    });

    expect(proof.failed).toEqual({
      "launch-agent-finished": "EC2Launch has not said that Windows is ready.",
      [`container-image ${app}`]: `${app} is not pinned.`,
      [`container-image ${absent}`]: `containerd does not have ${absent}.`,
    });
    expect(proof.checks).toContainEqual({
      name: "container-starts",
      passed: true,
      detail: `${pause} runs`,
    } satisfies Check);
    expect(proof.start).toMatchObject({ setUpAt: null, containerSeconds: expect.any(Number) });
    expect(proof.start.warnings).toEqual(["SetUp was not measured: EC2Launch has not said that Windows is ready."]);
  });
});
