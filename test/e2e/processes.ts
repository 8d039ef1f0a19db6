import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";

/** Command lines of all living processes that have a text in their environment. */
export function processesWith(text: string): string[] {
  if (!existsSync("/proc/self/environ"))
    return execFileSync("ps", ["axeww", "-o", "command="], { encoding: "utf8" })
      .split("\n")
      .filter((line) => line.includes(text));
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && read(name, "environ").includes(text))
    .map((pid) => `${pid} ${read(pid, "cmdline").replaceAll("\0", " ")}`);
}

/** A process that has ended meanwhile, or is another user's, has nothing to read. */
function read(pid: string, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "utf8");
  } catch {
    return "";
  }
}
