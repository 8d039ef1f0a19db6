import { expect, test } from "vitest";
import { baseDisk } from "../../../local/model/disk.ts";
import { monthlyUpdate } from "../../../local/model/installation.ts";
import { pester3, programPaths, unconfiguredContainerd } from "../../../local/model/programs.ts";
import { updatesWithoutEffect } from "../../../local/steps/step-failures.ts";
import { assemble, build, eksImage, failedChecks, plainImage } from "./recipe-builds.ts";

test.each([
  [
    "of another minor",
    eksImage.replace("1.35", "1.34"),
    "33-kubernetes: The base has kubelet 1.34.5, which is another minor",
  ],
  ["without Kubernetes", plainImage, "33-kubernetes: There is no program"],
])("a base %s stops a build of layer", async (_what, from, failure) => {
  expect((await build({ from })).failure).toContain(failure);
});

test.each([
  ["no Pester 3", pester3, "12-prerequisites: The base has no Pester 3"],
  ["no launch agent", programPaths["ec2launch-v2"], "12-prerequisites: There is no program"],
])("a base with %s stops a build before its long steps", async (_what, path, failure) => {
  const base = baseDisk(eksImage);
  base.files.remove(path);

  expect((await build({ base, order: ["10-files", "12-prerequisites"] })).failure).toContain(failure);
});

test("containerd without its CRI plugin stops a build, and fails the proof if the build did not notice", async () => {
  const criTrouble = "io.containerd.grpc.v1 cri is not loaded";

  const noticed = await build({ rules: [{ step: "34-eks-tools", changes: { criTrouble } }] });
  const tested = await build({ rules: [{ step: "60-custom", changes: { criTrouble } }] });
  const unnoticed = await build({ rules: [{ step: "80-report", changes: { criTrouble } }] });

  expect(noticed.failure).toContain("provision 40-containerd: containerd would not answer kubelet: ");
  expect(tested.failure).toContain("containerd: answers kubelet");
  expect(unnoticed.failure).toBe("");
  expect(await failedChecks(unnoticed.machine)).toEqual(["cri-loaded"]);
});

test("a second pending restart needs a second update round, and stops a build without one", async () => {
  const rules = [{ step: "10-files", changes: { restartsWanted: 1 } }];
  const round = ["20-windows-updates", "restart"];

  const one = await build({ rules, order: ["10-files", ...round, "25-updates-complete"] });
  const two = await build({ rules, order: ["10-files", ...round, ...round, "25-updates-complete"] });

  expect(one.failure).toContain("updates 25-updates-complete: Windows wants one more restart");
  expect(two.failure).toBe("");
});

test("a containerd service of the base becomes automatic, and stops the build if it runs from another path", async () => {
  const theirs = { ...unconfiguredContainerd, startType: "Manual" } as const;
  const elsewhere = { ...theirs, program: "C:\\containerd\\containerd.exe" };

  const taken = await assemble({ rules: [{ step: "10-files", changes: { containerd: theirs } }] });
  const refused = await assemble({ rules: [{ step: "10-files", changes: { containerd: elsewhere } }] });

  expect(taken.failure).toBe("");
  expect(taken.machine.installation.containerd?.startType).toBe("Automatic");
  expect(refused.failure).toContain(
    "32-containerd-install: The base has a service containerd that runs C:\\containerd",
  );
});

test("a build stops if updates do not raise the Windows build of a base older than they are", async () => {
  const rules = [{ step: "20-windows-updates", ...updatesWithoutEffect() }];

  const older = await build({ rules });
  const newer = await build({ rules, given: { BASE_RELEASED: "2026-11-12" } });

  expect(older.failure).toContain("updates 25-updates-complete: Windows build 20348.2849 has not risen");
  expect(newer.failure).toBe("");
});

test.each([
  [".NET does not explain", "KB5088888", "25-updates-complete: Windows build 20348.2849 has not risen"],
  ["Windows explains", monthlyUpdate.article, ""],
])("a denied update of %s why the Windows build did not rise", async (_what, denied, failure) => {
  const dotNet = { article: "KB5088888", title: "2026-11 Cumulative Update for .NET Framework", raisesBuild: false };
  const rules = [
    { step: "10-files", changes: { offered: [monthlyUpdate, dotNet] } },
    { step: "20-windows-updates", changes: { updates: [monthlyUpdate, dotNet].map(({ article }) => article) } },
  ];

  const made = await build({ rules, given: { DENIED_UPDATES: JSON.stringify([denied]) } });

  if (failure) expect(made.failure).toContain(failure);
  else expect(made.failure).toBe("");
});

test("more than one app installed for a single user keeps a Full image from being generalized", async () => {
  const from = eksImage.replace("Core", "Full");
  const rules = [{ step: "10-files", changes: { updatedApps: ["MicrosoftCorporationII.WindowsSubsystemForLinux"] } }];
  const order = ["10-files", "85-appx", "90-sysprep"];

  const cleaned = await build({ from, order, rules });
  const left = await build({ from, order, rules, without: ["85-appx"] });

  expect(cleaned.machine.installation.generalized).toBe(true);
  expect(left.machine.installation.generalized).toBe(false);
  expect(left.machine.console.join("\n")).toMatch(
    /EKSWIN-FAILED sysprep 90-sysprep: .+ForLinux was installed for a user/,
  );
});
