import { expect } from "vitest";
import { runBefore } from "../../../local/windows/snapshots.ts";
import { describeWithPowerShell, packerDirectory } from "../runs.ts";
import { layer } from "./faults.ts";
import { type PassingCase, testInTurn } from "./in-turn.ts";

const ngen64 = "C:\\windows\\Microsoft.NET\\Framework64\\v4.0.30319\\ngen.exe";
const ngen32 = "C:\\windows\\Microsoft.NET\\Framework\\v4.0.30319\\ngen.exe";

/** Nothing that fails here fails the step. */
const upkeep: PassingCase[] = [
  {
    what: "goes on if one program is missing and others fail",
    files: { [ngen64]: null },
    state: (state) => {
      const exitCode = 0x800f0806;
      state.refusals = ["ngen.exe", "dism.exe"].map((command) => ({ command, message: "Error", exitCode }));
    },
    says: [
      `WARNING: ${ngen64} executeQueuedItems failed: `,
      `WARNING: ${ngen32} executeQueuedItems failed: it exited with 0x800f0806.`,
      "dism.exe /Online /Cleanup-Image /StartComponentCleanup /NoRestart failed: it exited with 0x800f0806.",
    ],
  },
  {
    what: "ends a program that hangs until the deadline, and does not fail for a wish to restart",
    settings: { UPKEEP_MINUTES: "0" },
    files: {
      // A kubelet runs until it is ended.
      [ngen64]: (_content, { programs }) => programs.content({ name: "kubelet", version: "1.35.8" }),
    },
    state: (state) => {
      state.refusals = [{ command: "dism.exe", message: "", exitCode: 3010 }];
    },
    says: [
      `WARNING: ${ngen64} executeQueuedItems failed: it has not ended in time and is stopped.`,
      `${ngen32} executeQueuedItems has ended.`,
      "/StartComponentCleanup /NoRestart has ended.",
    ],
    leaves: async ({ machine }) => {
      const look = await machine.powershell({ parameters: ["-Command", "@(Get-Process -Name ngen -EA Ignore).Count"] });
      expect(look.stdout.trim()).toBe("0");
    },
  },
];

describeWithPowerShell("what follows the updates", (bench) =>
  testInTurn(bench, {
    script: "27-upkeep",
    start: (bench) => runBefore(bench, layer, "27-upkeep", packerDirectory),
    cases: upkeep,
  }),
);
