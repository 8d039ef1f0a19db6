import { expect, test } from "vitest";
import type { Machine } from "../../../local/windows/machine.ts";
import type { App, MachineState, Refusal } from "../../../local/windows/state.ts";
import type { Workbench } from "../../../local/windows/workbench.ts";
import { describeWithPowerShell } from "../runs.ts";
import { generalize, replaceLaunchAgent, sealed } from "./generalizing.ts";

/** Makes five minutes of each pause of the script, whose limits are 5 and 45 minutes. */
const pace = 60;

/** 85-appx cannot see it: its name is that of a provisioned app. */
function updated(name: string): App {
  const packageFullName = `${name}_2.0_x64__8wekyb3d8bbwe`;
  return { name, packageFullName, provisioned: true, forUser: "Administrator", updatedForUser: true };
}

const inTheWay = (name: string) => `Package ${name}_2.0_x64__8wekyb3d8bbwe was installed for a user`;

const launching = (launch: MachineState["launch"]) => changing({ pace, launch });

const changing = (changes: Partial<MachineState>) => (machine: Machine) =>
  machine.change((state) => {
    Object.assign(state, changes);
  });

const refusing = (command: string, exitCode: number): Partial<MachineState> => ({
  refusals: [{ command, message: "", exitCode } satisfies Refusal],
});

const initialization =
  "powershell.exe -NoProfile -NonInteractive -ExecutionPolicy Bypass -File " +
  "C:\\ProgramData\\Amazon\\EC2-Windows\\Launch\\Scripts\\InitializeInstance.ps1";

type Fault = { what: string; change: (machine: Machine, bench: Workbench) => void; cause: string };

const faults: Fault[] = [
  {
    what: "sysprep fails half-way, by its first and last error with a code",
    change: launching({
      sysprep: "undeployable",
      errors: [
        "MRTGeneralize:35 - ERROR: Failed to run MRT; hr = 0x80070005",
        "Failed to remove a file: 0x2.",
        "ActionPlatform::LaunchModule: Failure occurred while executing 'Generalize' from C:\\x.dll; dwRet = 0x2",
        "SysprepSession::Execute: Error in executing actions; dwRet = 0x2",
        "WinMain:Hit failure while processing sysprep generalize providers; hr = 0x80070002",
        "WinMain: ends",
      ],
    }),
    cause:
      "Windows cannot be generalized, its state is IMAGE_STATE_UNDEPLOYABLE; the agent exited with 1. " +
      "ActionPlatform::LaunchModule: Failure occurred while executing 'Generalize' from C:\\x.dll; dwRet = 0x2 ... " +
      "WinMain:Hit failure while processing sysprep generalize providers; hr = 0x80070002",
  },
  {
    what: "the launch agent fails and no error has a code",
    change: changing({ launch: { sysprep: "nothing", exitCode: 3, errors: ["Sysprep is tired."] } }),
    cause:
      "The launch agent exited with 1 instead of generalizing Windows, whose state is IMAGE_STATE_COMPLETE. " +
      "Sysprep is tired.",
  },
  {
    what: "sysprep ends without doing anything",
    change: launching({ sysprep: "nothing", exitCode: 0 }),
    cause: "Windows is not generalized and nothing generalizes it any more: its state is IMAGE_STATE_COMPLETE.",
  },
  {
    what: "sysprep never ends",
    change: launching({ sysprep: "hangs" }),
    cause: "Windows is not generalized after 45 minutes: its state is IMAGE_STATE_UNDEPLOYABLE.",
  },
  {
    what: "a second app of a user shows after the first one is removed",
    change: changing({ apps: [updated("First"), updated("Second")] }),
    cause: inTheWay("Second"),
  },
  {
    what: "the app in the way cannot be removed",
    change: changing({ apps: [{ ...updated("First"), fixed: true }] }),
    cause: "Deployment failed with HRESULT: 0x80073CFA",
  },
  {
    what: "an old EC2Launch refuses to be reset",
    change: (machine, bench) => {
      replaceLaunchAgent(machine, bench, "v2 of 2023");
      changing(refusing("ec2launch.exe reset", 4))(machine);
    },
    cause: "EC2Launch.exe reset exited with 4.",
  },
  {
    what: "the reset of an old EC2Launch never ends",
    change: (machine, bench) => {
      replaceLaunchAgent(machine, bench, "v2 of 2023");
      launching({ resets: "hangs" })(machine);
    },
    cause: "EC2Launch is not reset after 45 minutes.",
  },
  {
    what: "EC2Launch v1 does not schedule the first start of the image's machines",
    change: (machine, bench) => {
      replaceLaunchAgent(machine, bench, "v1");
      changing(refusing(initialization, 6))(machine);
    },
    cause: "powershell.exe exited with 6:",
  },
];

describeWithPowerShell("a machine that its launch agent generalizes", (bench) => {
  test.each(faults)("reports and keeps running if $what", async ({ change, cause }) => {
    const { state, failure } = await generalize(bench(), change);

    expect(failure).toEqual({ class: "sysprep", step: "90-sysprep", cause: expect.stringContaining(cause) });
    expect(state.power).toBeUndefined();
    expect(state.generalized).toBe(false);
  });

  test("is sealed at the second attempt if an app was in the way of the first", async () => {
    const { state, failure } = await generalize(bench(), changing({ apps: [updated("First")] }));

    expect(failure).toBeUndefined();
    expect(state).toMatchObject({ ...sealed, apps: [] });
  });

  test("is sealed by an EC2Launch of 2023, which has to be reset first", async () => {
    const { state, failure } = await generalize(bench(), (machine) =>
      replaceLaunchAgent(machine, bench(), "v2 of 2023"),
    );

    expect(failure).toBeUndefined();
    expect(state).toMatchObject({ ...sealed, launch: { reset: true } });
  });
});
