import { execFile } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";

const execute = promisify(execFile);

/**
 * Watches the serial console of the instance tagged with a build's token. The guest writes there if it fails after
 * WinRM is closed; the machine then never stops, and Packer would wait for hours.
 * @param {{ token: string, seconds: number, signal: AbortSignal, say: (line: string) => void }} watch
 * @returns {Promise<string | undefined>} the guest's failure line; nothing if the signal ends the watch first
 */
export async function watchConsole({ token, seconds, signal, say }) {
  let complained = false;
  while (!signal.aborted) {
    await sleep(seconds * 1000, undefined, { signal }).catch(() => {});
    if (signal.aborted) return undefined;
    try {
      const line = await failureOnConsole(token, signal);
      if (line) return line;
    } catch (error) {
      if (!complained && !signal.aborted) say(`The serial console cannot be read: ${error.message}`);
      complained = true;
    }
  }
  return undefined;
}

async function failureOnConsole(token, signal) {
  for (const instance of await instancesOf(token, signal)) {
    const text = await aws(["get-console-output", "--instance-id", instance, "--latest", "--query", "Output"], signal);
    const line = /EKSWIN-FAILED [^\r\n]+/.exec(text)?.[0];
    if (line) return line;
  }
  return undefined;
}

async function instancesOf(token, signal) {
  const filters = [
    `Name=tag:eks-windows-images:token,Values=${token}`,
    "Name=instance-state-name,Values=pending,running",
  ];
  const text = await aws(
    ["describe-instances", "--filters", ...filters, "--query", "Reservations[].Instances[].InstanceId"],
    signal,
  );
  return text.split(/\s+/).filter((id) => id.startsWith("i-"));
}

async function aws(parameters, signal) {
  const { stdout } = await execute("aws", ["ec2", ...parameters, "--output", "text"], {
    signal,
    maxBuffer: 16 * 1024 * 1024,
  });
  return stdout;
}
