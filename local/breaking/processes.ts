import { execFileSync } from "node:child_process";

/**
 * Sends a signal to the Packer of a build, and not to the plugins that it has started. Packer runs itself once more as
 * its own child and passes a TERM on, so only the first of the two gets it: two TERM keep Packer from cleaning up.
 * @param directory of the build, whose path is in Packer's arguments
 * @throws Error if Packer does not run there
 */
export function signalPacker(directory: string, signal: "SIGTERM" | "SIGKILL"): void {
  const processes = execFileSync("ps", ["-A", "-ww", "-o", "pid=,args="], { encoding: "utf8" }).split("\n");
  const found = processes.filter((line) => line.includes(`${directory}/`) && /\d \S*\/packer build /.test(line));
  if (found.length === 0) throw new Error(`sending ${signal} to Packer: it does not run in ${directory}`);
  const ids = found.map((line) => Number.parseInt(line, 10)).toSorted((one, other) => one - other);
  for (const id of signal === "SIGTERM" ? ids.slice(0, 1) : ids) process.kill(id, signal);
}
