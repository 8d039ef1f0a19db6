import type { Disk } from "../model/disk.ts";
import type { Machine } from "../model/machine.ts";
import { temporaryFiles } from "./sysprep.ts";
import { scriptsIn } from "./uploaded-scripts.ts";

/** The file that packer/proof/scripts/00-inventory.ps1 writes. */
const inventoryPath = "C:/eks-windows-images-proof/inventory.json";

/**
 * What a start does to Windows: it completes pending updates and features. The first start from a generalized image
 * also runs the user data.
 */
export function startWindows(machine: Machine, packerDir: string): void {
  const { installation, files } = machine;
  installation.build = installation.buildAfterRestart ?? installation.build;
  installation.buildAfterRestart = null;
  installation.restartsWanted = Math.max(0, installation.restartsWanted - 1);
  if (installation.containersFeature === "after restart") installation.containersFeature = "there";
  if (!installation.generalized) return;
  installation.generalized = false;
  for (const script of scriptsIn(machine.userData, packerDir)) {
    if (script === "00-inventory") files.write(inventoryPath, JSON.stringify(inventoryOf(machine)));
    if (script === "00-communicator") installation.communicator = true;
  }
}

/** What a build may have left in the image, by kind. */
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
