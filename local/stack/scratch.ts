import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A directory for as long as this process, or until it is removed. Short: Packer puts sockets below it, whose paths may have 100 characters. */
export function makeScratch(): { dir: string; remove(): Promise<void> } {
  const dir = mkdtempSync(join(tmpdir(), "eksw-"));
  // Who is being killed may still write for a moment.
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
