import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/**
 * Makes a directory that lasts until it is removed, or until this process exits. Its path is short, because Packer puts
 * sockets below it and a socket's path may have about 100 characters.
 */
export function makeScratchDirectory(): { dir: string; remove(): Promise<void> } {
  const dir = mkdtempSync(join(tmpdir(), "eksw-"));
  // A process that is being killed may still write for a moment.
  const remove = () => rmSync(dir, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  process.on("exit", remove);
  return {
    dir,
    async remove() {
      remove();
      process.off("exit", remove);
    },
  };
}
