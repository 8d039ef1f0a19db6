import { createFiles, type Files } from "../../../local/winrm/files.ts";
import type { Output } from "../../../local/winrm/soap.ts";
import type { MakeWindows, Windows } from "../../../local/winrm/windows.ts";

/** A Windows for the scripts of the fixture: it has updates to install once, and stops itself after 90-sysprep. */
export const fixtureWindows: MakeWindows = async () =>
  windowsWith(createFiles(), { updated: false, generalized: true });

function windowsWith(files: Files, { updated, generalized }: { updated: boolean; generalized: boolean }): Windows {
  let isStopping = false;

  async function run(step: string): Promise<Output> {
    const isUpdate = step === "20-windows-updates" && !updated;
    updated ||= isUpdate;
    isStopping ||= step === "90-sysprep";
    return { exitCode: isUpdate ? 3010 : 0, stdout: "", stderr: "" };
  }

  return {
    files,
    isGeneralized: () => generalized,
    start: async () => {
      generalized = false;
      return true;
    },
    hasRegistryKey: async () => false,
    run: ({ step }) => run(step),
    leave: async () => {
      generalized ||= isStopping;
      return isStopping;
    },
    powerOff: async () => {},
    copy: async () => windowsWith(createFiles(files), { updated, generalized }),
    remove: async () => {},
  };
}
