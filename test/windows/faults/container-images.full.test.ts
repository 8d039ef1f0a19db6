import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Machine } from "../../../local/windows/machine.ts";
import { hostPath } from "../../../local/windows/paths.ts";
import type { Run } from "../../../local/windows/run-order.ts";
import type { Workbench } from "../../../local/windows/workbench.ts";
import { describeWithPowerShell } from "../runs.ts";
import { command, inWorkDirectory, readJson } from "./changes.ts";
import { containerdVersions, layerWith } from "./containerd-changes.ts";
import { type Failing, runFault, testFaults } from "./faults.ts";

const script = "50-container-images";
const pause = "amazonaws.com/eks/pause-windows:latest";
const old = "mcr.microsoft.com/windows/nanoserver:ltsc2019";
const app = "mcr.microsoft.com/app:1";
const broken = "mcr.microsoft.com/broken:1";
const content = "C:\\ProgramData\\containerd\\root\\io.containerd.content.v1.content\\blobs\\sha256";

const ofBoth: Failing[] = [
  {
    what: "refuses an image without a build for this Windows",
    script,
    settings: { CONTAINER_IMAGES: JSON.stringify([old]) },
    change: (_run, { registry }) => registry.publish(old, [2019]),
    failure: { class: "provision", cause: `pulling ${old}: it has no build for this Windows (10.0.20348).` },
  },
  {
    what: "fails if the base's pause image cannot run",
    script,
    change: async ({ machine }, bench) => {
      await command(machine, `ctr images remove --sync '${pause}'`);
      await fetchPacked(machine, bench, pause);
    },
    failure: { class: "provision", cause: `The base's pause image ${pause} is not unpacked, so no pod could start.` },
  },
];

const ofOne: Failing[] = [
  {
    what: "fails if the base has no pause image",
    script,
    change: ({ machine }) => command(machine, `ctr images remove --sync '${pause}'`),
    failure: { class: "provision", cause: `ctr.exe exited with 1: ctr: image "${pause}": not found` },
  },
  {
    what: "fails if a layer is not what its digest says",
    script,
    settings: { CONTAINER_IMAGES: JSON.stringify([broken]) },
    change: (_run, { registry }) => {
      registry.publish(broken);
      registry.breakLayers(broken);
    },
    failure: { class: "provision", cause: `pulling ${broken}: ctr.exe exited with 1: ` },
  },
];

describeWithPowerShell("container images", (bench) => {
  testFaults(bench, () => layerWith("1.7.36"), ofOne);

  describe.each(containerdVersions)("with containerd %s", (version) => {
    testFaults(bench, () => layerWith(version), ofBoth);

    test("come from the mirror, for this Windows alone, get kubelet's names and keep no compressed layer", async () => {
      const { step, run } = await pull(version, ({ registry }) => {
        registry.publish(app);
        registry.requests.length = 0;
      });

      expect(step.exitCode, step.stdout + step.stderr).toBe(0);
      const { registry } = bench();
      const digest = registry.digestOf(app);
      expect(step.stdout).toContain(`${app} is ${digest}.`);
      expect(step.stdout).toContain("The compressed layers are removed.");
      expect(imagesOf(run)).toEqual(
        expect.arrayContaining([
          { name: pause, digest: expect.any(String), pinned: true, unpacked: true },
          { name: app, digest, pinned: true, unpacked: true },
          { name: `mcr.microsoft.com/app@${digest}`, digest, pinned: true, unpacked: true },
          expect.objectContaining({ name: "mcr.microsoft.com/windows/servercore:ltsc2022", pinned: false }),
        ]),
      );
      const fetched = registry.requests.filter(({ path }) => path.startsWith("/v2/app/blobs/"));
      expect(fetched.every(({ registry }) => registry === "mcr.microsoft.com")).toBe(true);
      expect(new Set(fetched.map(({ path }) => path)).size).toBe(version.startsWith("1.") ? 2 : 4);
      expect(compressed(run.machine)).toEqual([]);
    });

    test("keep their compressed layers beside an image that has nothing else", async () => {
      const packed = "mcr.microsoft.com/packed:1";
      const { step, run } = await pull(version, async ({ registry }, { machine }) => {
        registry.publish(app);
        await fetchPacked(machine, bench(), packed);
      });

      expect(step.exitCode, step.stdout + step.stderr).toBe(0);
      expect(step.stdout).toContain(`The compressed layers stay, because these images are not unpacked: ${packed}`);
      expect(imagesOf(run)).toContainEqual(expect.objectContaining({ name: packed, unpacked: false }));
      expect(compressed(run.machine)).not.toEqual([]);
    });
  });

  function pull(version: string, change: (bench: Workbench, run: Run) => unknown) {
    return runFault(bench(), layerWith(version), {
      what: "",
      script,
      settings: { CONTAINER_IMAGES: JSON.stringify([app]) },
      change: (run, bench) => change(bench, run),
    });
  }
});

/** Gives the machine an image under this name. It has layers of its own, none of which is unpacked. */
async function fetchPacked(machine: Machine, { registry }: Workbench, reference: string): Promise<void> {
  const source = `${registry.host}/packed:1`;
  registry.publish(source);
  await command(
    machine,
    `ctr content fetch --plain-http --platform windows/amd64 '${source}' | Out-Null
    ctr images tag '${source}' '${reference}'
    ctr images remove --sync '${source}'`,
  );
}

function imagesOf({ machine }: Run): unknown {
  return readJson(machine, inWorkDirectory("output\\images.json"));
}

/** The blobs of containerd that are gzip streams: layers as they came. */
function compressed({ prefix }: Machine): string[] {
  const directory = hostPath(prefix, content);
  return readdirSync(directory).filter((name) => readFileSync(join(directory, name)).readUInt16BE() === 0x1f8b);
}
