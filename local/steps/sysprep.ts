import type { Disk } from "../model/disk.ts";
import type { StepContext } from "./step-context.ts";
import { sysprepFailing } from "./step-failures.ts";
import type { StepResponse } from "./step-response.ts";

const temporaryPath =
  /^C:\\(Windows\\Temp\\(packer|script|winrmcp)-|Users\\[^\\]+\\AppData\\Local\\Temp\\winrmcp-|eks-windows-images\\)/i;

/** 85-appx: removes the apps that would stop 90-sysprep. */
export function removeApps({ machine }: StepContext): Partial<StepResponse> {
  const removed = machine.installation.apps;
  return { stdout: removed.map((app) => `${app} is removed.\r\n`).join(""), changes: { apps: [] } };
}

/**
 * 90-sysprep: schedules the task that generalizes Windows. Sysprep names the first app that prevents it; the task
 * removes that app and tries once more, so a second such app makes the task fail.
 */
export function sysprep({ machine }: StepContext): Partial<StepResponse> {
  const { apps, updatedApps } = machine.installation;
  const [, app] = [...apps, ...updatedApps];
  const scheduled = { stdout: "This machine generalizes and stops itself in a minute.\r\n" };
  if (app === undefined) return { ...scheduled, stopsItself: true };
  return {
    ...scheduled,
    ...sysprepFailing(
      `Windows cannot be generalized: Package ${app} was installed for a user, but not provisioned for all users.`,
    ),
  };
}

/** packer/sysprep/generalize.ps1: the task that 90-sysprep schedules. */
export function generalize({ installation, files }: Disk): void {
  installation.communicator = false;
  installation.generalized = true;
  for (const path of temporaryFiles({ files })) files.remove(path);
}

/** Files that a build leaves behind unless it is cleaned up. */
export function temporaryFiles({ files }: Pick<Disk, "files">): string[] {
  return files.paths().filter((path) => temporaryPath.test(path));
}
