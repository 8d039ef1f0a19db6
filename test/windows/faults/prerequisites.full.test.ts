import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import { runBefore } from "../../../local/windows/snapshots.ts";
import { describeWithPowerShell, packerDirectory } from "../runs.ts";
import { assembly, layer } from "./faults.ts";
import { type FailingCase, type PassingCase, testInTurn } from "./in-turn.ts";

const work = "C:\\eks-windows-images";
const agent = "C:\\Program Files\\Amazon\\EC2Launch\\EC2Launch.exe";
const agentLog = "C:\\ProgramData\\Amazon\\EC2Launch\\log\\agent.log";

/** The order names an empty file, `custom/.gitkeep`. */
const uploads: (FailingCase | PassingCase)[] = [
  {
    what: "fails if an upload is missing",
    files: { [`${work}\\versions.json`]: null },
    failure: { class: "provision", cause: "versions.json was not uploaded." },
  },
  {
    what: "fails if an upload is cut",
    files: { [`${work}\\versions.json`]: (content) => content.slice(0, -100) },
    failure: { class: "download", cause: "versions.json did not arrive whole." },
  },
  {
    what: "fails without its setting",
    settings: { UPLOADS: "" },
    failure: { class: "provision", cause: "The environment variable UPLOADS is missing." },
  },
  {
    what: "fails if netsh says nothing",
    state: (state) => state.refusals.push({ command: "netsh.exe", exitCode: 0, message: "" }),
    failure: { class: "provision", cause: "netsh.exe states no dynamic ports of tcp:" },
  },
  {
    what: "fails with the words of a program that fails, and its command line last",
    state: (state) => state.refusals.push({ command: "netsh.exe", exitCode: 5, message: "Access is denied." }),
    failure: {
      class: "provision",
      cause: "netsh.exe exited with 5: Access is denied. (arguments: interface ipv4 show dynamicport tcp)",
    },
  },
  {
    what: "fails if a program of Windows is missing",
    files: { "C:\\windows-model\\programs\\netsh.exe": null, "C:\\Windows\\System32\\netsh.exe": null },
    failure: { class: "provision", cause: "There is no program netsh.exe." },
  },
  ...[null, Buffer.from([0xff, 0xfe])].map(
    (content) =>
      ({
        what: `makes an empty file that Packer ${content ? "has made of a byte order mark" : "has not made"}`,
        files: { [`${work}\\custom\\.gitkeep`]: content },
        says: ["files arrived."],
        leaves: ({ machine }) => expect(machine.read(`${work}\\custom\\.gitkeep`)).toHaveLength(0),
      }) satisfies PassingCase,
  ),
];

const prerequisites: (FailingCase | PassingCase)[] = [
  {
    what: "fails without Pester 3",
    files: { "C:\\Program Files\\WindowsPowerShell\\Modules\\Pester": null },
    failure: { class: "provision", cause: "The base has no Pester 3, which Windows brings along" },
  },
  {
    what: "fails if the base has no launch agent",
    files: { [agent]: null },
    failure: { class: "provision", cause: "The base has neither EC2Launch v2 nor v1." },
  },
  {
    what: "fails if the launch agent is too old",
    files: { [agent]: (_content, { programs }) => programs.content({ name: "ec2launch", version: "2.0.548" }) },
    failure: { class: "provision", cause: "The base has ec2launch-v2 2.0.548, needed is 2.0.863 (EC2 user guide" },
  },
  {
    what: "fails if the launch agent states no version",
    state: (state) => state.refusals.push({ command: "ec2launch.exe version", exitCode: 0, message: "" }),
    failure: { class: "provision", cause: "EC2Launch.exe states no version:" },
  },
  {
    what: "fails if versions.json has no entry for this image",
    files: { [`${work}\\versions.json`]: JSON.stringify({ artifacts: [] }) },
    failure: {
      class: "provision",
      cause: "versions.json has 0 entries ec2launch-v2 for layer on Windows 2022 with Kubernetes 1.35.8, not one.",
    },
  },
  {
    what: "fails if versions.json has two entries for this image",
    files: {
      [`${work}\\versions.json`]: (content) => {
        const { artifacts } = JSON.parse(content);
        return JSON.stringify({ artifacts: [...artifacts, ...artifacts] });
      },
    },
    failure: { class: "provision", cause: "versions.json has 2 entries ec2launch-v2 for layer on Windows 2022" },
  },
  {
    what: "warns if a task of the base's launch agent failed, and records it",
    state: (state) => {
      state.launch.status = 1;
    },
    files: {
      [agentLog]: [
        "2026-11-30 08:00:01 Error: Error initializing telemetry",
        "2026-11-30 08:00:02 Error: Error running task setWallpaper: access is denied",
        "2026-11-30 08:00:03 Info: The agent has run",
      ].join("\r\n"),
    },
    says: [
      "EC2Launch ended with status 1 on the base. 2026-11-30 08:00:02 Error: Error running task setWallpaper: access",
      "ec2launch-v2 2.0.2107 of the base stays.",
    ],
    leaves: ({ machine }) =>
      expect(JSON.parse(machine.read(`${work}\\output\\launch-agent.json`).toString())).toEqual({
        name: "ec2launch-v2",
        version: "2.0.2107",
        status: 1,
      }),
  },
];

const feature: FailingCase[] = [
  {
    what: "fails if the feature cannot be installed",
    state: ({ features }) => {
      features.Containers = "Removed";
    },
    failure: { class: "provision", cause: "The Containers feature cannot be installed: Failed." },
  },
  {
    what: "fails if the feature is not there after its installation",
    state: ({ features }) => {
      features.Containers = "UninstallPending";
    },
    failure: { class: "provision", cause: "The Containers feature is UninstallPending after its installation." },
  },
  {
    what: "fails if Windows refuses the installation",
    state: (state) => state.refusals.push({ command: "Install-WindowsFeature", message: "Access is denied." }),
    failure: { class: "provision", cause: "Access is denied." },
  },
];

describeWithPowerShell("what comes before the updates", (bench) => {
  testInTurn(bench, {
    script: "10-files",
    start: async (bench) => {
      const run = await runBefore(bench, layer, "10-files", packerDirectory);
      writeFileSync(join(run.packerDir, "custom", ".gitkeep"), "");
      return run;
    },
    cases: uploads,
  });
  testInTurn(bench, {
    script: "12-prerequisites",
    start: (bench) => runBefore(bench, layer, "12-prerequisites", packerDirectory),
    cases: prerequisites,
  });
  testInTurn(bench, {
    script: "15-containers-feature",
    start: (bench) => runBefore(bench, assembly(), "15-containers-feature", packerDirectory),
    cases: feature,
  });
});
