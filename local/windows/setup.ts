import type { Disk } from "./disk.ts";
import type { Machine } from "./machine.ts";
import { scriptsIn } from "./scripts.ts";

/** Where packer/proof/scripts/00-inventory.ps1 writes. */
const INVENTORY = "C:/eks-windows-images-proof/inventory.json";

const TEMPORARY =
  /^C:\\(Windows\\Temp\\(packer|script|winrmcp)-|Users\\[^\\]+\\AppData\\Local\\Temp\\winrmcp-|eks-windows-images\\)/i;

/** What a start does to Windows: it finishes updates, and in a machine made of a generalized image runs the user data. */
export function startWindows(machine: Machine, packerDir: string): void {
  const { installation, files } = machine;
  installation.build = installation.buildAfterRestart ?? installation.build;
  installation.buildAfterRestart = null;
  if (!installation.generalized) return;
  installation.generalized = false;
  for (const script of scriptsIn(machine.userData, packerDir)) {
    if (script === "00-inventory") files.write(INVENTORY, JSON.stringify(inventoryOf(machine)));
    if (script === "00-communicator") installation.communicator = true;
  }
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
