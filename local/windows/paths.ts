import { readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The scripts that make a Windows Server of a PowerShell. */
export const modelDirectory = fileURLToPath(new URL("model", import.meta.url));

/**
 * The path on this machine of a path on drive C: of a Windows. Windows knows no case: existing folders and files are
 * found in any; what does not exist yet keeps the case that it is written with.
 * @param path such as `C:\Windows\Temp` or `C:/eks-windows-images`
 */
export function hostPath(prefix: string, path: string): string {
  const names = path
    .replace(/^c:/i, "")
    .split(/[\\/]+/)
    .filter(Boolean);
  return names.reduce((folder, name) => join(folder, nameIn(folder, name)), join(prefix, "drive_c"));
}

/** The path by which a Windows over Wine reaches a file of this machine. */
export function guestPath(path: string): string {
  return `Z:${path.replaceAll("/", "\\")}`;
}

function nameIn(folder: string, name: string): string {
  try {
    const wanted = name.toLowerCase();
    return readdirSync(folder).find((each) => each.toLowerCase() === wanted) ?? name;
  } catch {
    return name;
  }
}
