import { execFileSync } from "node:child_process";
import { closeSync, mkdirSync, openSync, writeSync } from "node:fs";
import { join } from "node:path";

/** Enough for what a build writes besides its source. */
const size = "64m";
const pieces = [1024 * 1024, 1];

/** What keeps this process from mounting a disk; undefined if nothing does. */
export function whatMountingNeeds(): string | undefined {
  return process.platform === "linux" && process.getuid?.() === 0 ? undefined : "root on Linux, to mount a small disk";
}

/** Mounts a small disk in memory on a directory, which it makes. */
export function mountSmallDisk(directory: string): { fill(): void; unmount(): void } {
  mkdirSync(directory, { recursive: true });
  execFileSync("mount", ["-t", "tmpfs", "-o", `size=${size}`, "tmpfs", directory]);
  return {
    fill: () => fill(join(directory, "filling")),
    // Lazily, because processes of the build may still have files open there.
    unmount: () => void execFileSync("umount", ["--lazy", directory]),
  };
}

/** Writes until the disk takes not even a byte more. */
function fill(path: string): void {
  const file = openSync(path, "w");
  for (const bytes of pieces) {
    const piece = Buffer.alloc(bytes, "x");
    while (takes(file, piece));
  }
  closeSync(file);
}

function takes(file: number, piece: Buffer): boolean {
  try {
    return writeSync(file, piece) > 0;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOSPC") return false;
    throw error;
  }
}
