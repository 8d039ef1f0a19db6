import type { Response } from "../model/behaviour.ts";
import type { Disk } from "../model/disk.ts";
import type { Machine } from "../model/machine.ts";
import { sysprepFailing } from "./results.ts";
import { scriptsIn } from "./scripts.ts";
import type { Situation } from "./situation.ts";

/** Where packer/proof/scripts/00-inventory.ps1 writes. */
const INVENTORY = "C:/eks-windows-images-proof/inventory.json";

const TEMPORARY =
  /^C:\\(Windows\\Temp\\(packer|script|winrmcp)-|Users\\[^\\]+\\AppData\\Local\\Temp\\winrmcp-|eks-windows-images\\)/i;

/** What a start does to Windows: it finishes updates and features, and in a machine made of a generalized image runs the user data. */
export function startWindows(machine: Machine, packerDir: string): void {
  const { installation, files } = machine;
  installation.build = installation.buildAfterRestart ?? installation.build;
  installation.buildAfterRestart = null;
  installation.restartsWanted = Math.max(0, installation.restartsWanted - 1);
  if (installation.containersFeature === "after restart") installation.containersFeature = "there";
  if (!installation.generalized) return;
  installation.generalized = false;
  for (const script of scriptsIn(machine.userData, packerDir)) {
    if (script === "00-inventory") files.write(INVENTORY, JSON.stringify(inventoryOf(machine)));
    if (script === "00-communicator") installation.communicator = true;
  }
}

/** Takes away what would stop 90-sysprep. */
export function apps({ machine }: Situation): Partial<Response> {
  const removed = machine.installation.apps;
  return { stdout: removed.map((app) => `${app} is removed.\r\n`).join(""), changes: { apps: [] } };
}

/** Plans the task that generalizes. Windows names the first app of one user's that is in the way: the task removes that one and tries again. */
export function sysprep({ machine }: Situation): Partial<Response> {
  const { apps, updatedApps } = machine.installation;
  const [, app] = [...apps, ...updatedApps];
  const planned = { stdout: "This machine generalizes and stops itself in a minute.\r\n" };
  if (app === undefined) return { ...planned, stopsItself: true };
  return {
    ...planned,
    ...sysprepFailing(
      `Windows cannot be generalized: Package ${app} was installed for a user, but not provisioned for all users.`,
    ),
  };
}

/** packer/sysprep/generalize.ps1, the task that 90-sysprep plans. */
export function generalize({ installation, files }: Disk): void {
  installation.communicator = false;
  installation.generalized = true;
  for (const path of temporaryFiles({ files })) files.remove(path);
}

function inventoryOf({ installation, files }: Disk): Record<string, string[]> {
  const ofCommunicator = (name: string) => (installation.communicator ? [name] : []);
  return {
    listeners: ofCommunicator("Transport=HTTPS Address=*"),
    certificates: ofCommunicator("CN=eks-windows-images"),
    firewallRules: ofCommunicator("eks-windows-images-winrm"),
    scheduledTasks: [],
    temporaryFiles: temporaryFiles({ files }),
    histories: [],
  };
}

function temporaryFiles({ files }: Pick<Disk, "files">): string[] {
  return files.paths().filter((path) => TEMPORARY.test(path));
}
