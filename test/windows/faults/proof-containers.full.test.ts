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
  });
});
