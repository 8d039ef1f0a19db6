import { fileURLToPath } from "node:url";
import { runningWindows } from "../windows/running-windows.ts";
import { openWorkbench } from "../windows/workbench.ts";
import type { MakeWindows } from "../winrm/windows.ts";

const packerDir = fileURLToPath(new URL("../../packer", import.meta.url));

/**
 * Machines of the stack whose scripts run in this PowerShell, instead of replayed recordings. Closed with the stack.
 * @param releaseUrl where the stack has Kubernetes' releases
 */
export async function openRunningWindows(
  powershell: string,
  releaseUrl: string,
  started: AsyncDisposableStack,
): Promise<MakeWindows> {
  const bench = await openWorkbench({ powershell, packerDir, releaseUrl });
  started.defer(bench.close);
  return runningWindows(bench);
}
