import { execFileSync } from "node:child_process";
import { EventEmitter } from "node:events";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { poll, whileMoving } from "../../local/stack/stall.ts";

/** Waits until no living process has the text in its environment, as long as one after the other ends. */
export async function allEnded(text: string): Promise<void> {
  const movement = new EventEmitter<{ change: [string] }>();
  let left = Number.POSITIVE_INFINITY;
  const haveEnded = async () => {
    const count = processesWith(text).length;
    if (count < left) movement.emit("change", `${count} processes are left`);
    left = Math.min(left, count);
    return count === 0;
  };
  await whileMoving(movement, "all processes have ended", (signal) => poll(haveEnded, signal), { ticks: 60 });
}

/** The command lines of all living processes that have a text in their environment. */
export function processesWith(text: string): string[] {
  if (!existsSync("/proc/self/environ"))
    return execFileSync("ps", ["axeww", "-o", "command="], { encoding: "utf8" })
      .split("\n")
      .filter((line) => line.includes(text));
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && read(name, "environ").includes(text))
    .map((pid) => `${pid} ${read(pid, "cmdline").replaceAll("\0", " ")}`);
}

/** Returns nothing for a process that has ended meanwhile or belongs to another user. */
function read(pid: string, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "utf8");
  } catch {
    return "";
  }
}
