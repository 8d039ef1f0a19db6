import { hash } from "node:crypto";
import {
  copyFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
} from "node:fs";
import { join } from "node:path";
import { announce, installDirectory, type Site } from "../tools/cache.ts";
import { withLock } from "../tools/lock.ts";
import { runCommand } from "../tools/programs.ts";
import { surroundingsIn } from "./settings.ts";

/** Where files that nothing on a machine changes may be links. */
const linkedFolders = ["drive_c/windows/", "drive_c/windows-model/programs/"];

/**
 * The folder of a Windows that has never been used, of this build. It is made at first use and kept in the tool cache.
 */
export async function pristinePrefix(site: Site, powershell: string, windowsBuild: number): Promise<string> {
  const version = hash("sha256", readFileSync(powershell)).slice(0, 12);
  const target = join(site.cache, `windows-${windowsBuild}-${version}`);
  if (!existsSync(target))
    await withLock(site, () =>
      installDirectory(target, (directory) =>
        announce(site.log, `Making a Windows of build ${windowsBuild}`, "half a minute", () =>
          makePrefix(join(directory, "prefix"), powershell, windowsBuild),
        ),
      ),
    );
  return join(target, "prefix");
}

async function makePrefix(prefix: string, powershell: string, windowsBuild: number): Promise<void> {
  const env = surroundingsIn({ prefix, windowsBuild });
  await runCommand("making a Windows", powershell, ["-NoProfile", "-Command", "exit 0"], { env });
  for (const option of ["-k", "-w"]) await runCommand("stopping Windows", "wineserver", [option], { env });
}

/**
 * Copies a Windows that is switched off. Wine's own files, 700 MB below `C:\Windows`, are linked as long as nothing has
 * replaced them; everything else is copied.
 */
export function copyPrefix(source: string, target: string): void {
  if (existsSync(target)) throw new Error(`copying a Windows to ${target}: this exists already`);
  copyFolder(source, target, "");
}

function copyFolder(source: string, target: string, path: string): void {
  mkdirSync(join(target, path), { recursive: true });
  for (const entry of readdirSync(join(source, path), { withFileTypes: true })) {
    const each = join(path, entry.name);
    const [from, to] = [join(source, each), join(target, each)];
    if (entry.isDirectory()) copyFolder(source, target, each);
    else if (entry.isSymbolicLink()) symlinkSync(readlinkSync(from), to);
    else if (entry.isFile()) copyFile(from, to, each);
  }
}

function copyFile(from: string, to: string, path: string): void {
  const { size, nlink } = statSync(from);
  const isLinked = size > 0 && (nlink > 1 || isPristine(from, path));
  if (isLinked && linkedFolders.some((folder) => path.startsWith(folder))) linkOrCopy(from, to);
  else copyFileSync(from, to);
}

/** Copies a file between file systems, which have no links. */
export function linkOrCopy(from: string, to: string): void {
  rmSync(to, { force: true });
  try {
    linkSync(from, to);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== "EXDEV") throw cause;
    copyFileSync(from, to);
  }
}

function isPristine(from: string, path: string): boolean {
  return !existsSync(join(from.slice(0, -path.length), "drive_c/windows-model"));
}
