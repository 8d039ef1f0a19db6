import { describe, expect, test } from "vitest";
import type { Run } from "../../../local/windows/run-order.ts";
import { describeWithPowerShell } from "../runs.ts";
import { edit, inWorkDirectory, readJson } from "./changes.ts";
import {
  breakCri,
  configuration,
  containerdVersions,
  layerWith,
  limitDownloads,
  limitKey,
  tables,
} from "./containerd-changes.ts";
import { type Failing, runFault, testFaults } from "./faults.ts";

const script = "40-containerd";
const firstContact = inWorkDirectory("2022-EKS_Optimized.json");

const replace =
  (pattern: RegExp, by: string) =>
  ({ machine }: Run) =>
    edit(machine, configuration, (text) => text.replace(pattern, () => by));

const acknowledging = (keys: string[]) => JSON.stringify({ acknowledged: { containerdConfig: keys } });

const ofBoth = (version: string): Failing[] => [
  {
    what: "fails if AWS states no directory of CNI binaries",
    script,
    change: replace(/bin_dirs? = .*/, version.startsWith("1.") ? "bin_dir = ''" : "bin_dirs = []"),
    failure: { class: "provision", cause: "The base's config.toml states no CniBinDirectory." },
  },
  {
    what: "fails if containerd does not load CRI, although it answers",
    script,
    change: ({ machine }) => breakCri(machine),
    failure: {
      class: "provision",
      cause: `containerd would not answer kubelet: ${tables[version]?.plugin} is not loaded: `,
    },
  },
  {
    what: "fails if AWS sets what nobody has acknowledged",
    script,
    change: (run) => {
      limitDownloads(version)(run);
      run.machine.write(firstContact, acknowledging(["plugins.other"]));
    },
    failure: {
      class: "provision",
      cause: `nobody has acknowledged in packer/first-contact: plugins.${tables[version]?.images}.max_concurrent_downloads.`,
    },
  },
];

const ofOne: Failing[] = [
  {
    what: "fails if AWS states no pause image",
    script,
    change: replace(/sandbox_image = .*/, "sandbox_image = ''"),
    failure: { class: "provision", cause: "The base's config.toml states no SandboxImage." },
  },
  {
    what: "fails if the pause image is what containerd has by itself",
    script,
    change: replace(/sandbox_image = .*/, "sandbox_image = 'registry.k8s.io/pause:3.10'"),
    failure: { class: "provision", cause: "registry.k8s.io/pause:3.10 is containerd's own pause image, not AWS's." },
  },
  {
    what: "fails if containerd reads other values than were written",
    script,
    change: replace(/^root = .*$/m, "root = 'C:\\ProgramData\\containerd\\würzel'"),
    failure: { class: "provision", cause: "containerd understands Root as " },
  },
  {
    what: "fails if containerd cannot read AWS's file",
    script,
    change: replace(/^root = /m, "root "),
    failure: { class: "provision", cause: "containerd.exe exited with 1: " },
  },
];

describeWithPowerShell("the configuration of containerd", (bench) => {
  testFaults(bench, () => layerWith("1.7.36"), ofOne);

  describe.each(containerdVersions)("with containerd %s", (version) => {
    testFaults(bench, () => layerWith(version), ofBoth(version));

    test.each([
      ["warns of what AWS sets and the node loses, while nobody has looked at its image", undefined],
      ["says nothing of what somebody has acknowledged", acknowledging([limitKey(version)])],
    ])("%s", async (_what, contact) => {
      const { step, run } = await runFault(bench(), layerWith(version), {
        what: "",
        script,
        change: (run) => {
          limitDownloads(version)(run);
          if (contact) run.machine.write(firstContact, contact);
        },
      });

      expect(step.exitCode, step.stdout + step.stderr).toBe(0);
      const change = { key: limitKey(version), before: "7", after: "3" };
      expect(readJson(run.machine, inWorkDirectory("output\\containerd-config.json"))).toEqual([change]);
      expect(step.stdout.includes(`config.toml: ${change.key} was '7' in AWS's image and is '3' now.`)).toBe(!contact);
    });
  });
});
