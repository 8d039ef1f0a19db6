import { setTimeout } from "node:timers/promises";
import { record } from "./machine.ts";
import { type Guest, runCommand } from "./run-command.ts";
import { type Certificate, startWinRm, type WinRm } from "./server.ts";

/** Switches one machine on and off. While it is on, it serves WinRM at its address. */
export type Power = {
  on: (why: "boot" | "restart") => void;
  off: (by: "itself" | "stopped" | "terminated") => Promise<void>;
  /** Disconnects the machine from the network, regardless of its instance's state. */
  unplug: () => Promise<void>;
};

export type Supply = {
  port: number;
  bootMs: number;
  certificate: Certificate;
  /** Stops the machine's EC2 instance. */
  stopInstance: () => Promise<void>;
  log: (line: string) => void;
};

export function createPower(guest: Guest, supply: Supply): Power {
  const { machine, rules, print, now } = guest;
  const { windows } = machine;
  let winrm: WinRm | undefined;
  let booting = new AbortController();

  function on(why: "boot" | "restart"): void {
    machine.power = "booting";
    const { staysDown, pace } = rules.startOf(why, machine);
    if (staysDown) return;
    booting = new AbortController();
    boot(why, booting.signal, pace).catch((cause: unknown) => {
      if (!booting.signal.aborted) supply.log(`${machine.instanceId} failed to start: ${String(cause)}`);
    });
  }

  async function boot(why: "boot" | "restart", signal: AbortSignal, pace?: number): Promise<void> {
    await setTimeout(supply.bootMs, undefined, { signal });
    if (await windows.start(why, pace)) winrm = await openWinRm();
    if (signal.aborted) return unplug();
    machine.power = "on";
    print(`${now().toISOString()}: Windows is Ready to use`);
    record(machine, { kind: "boot" }, now());
  }

  function openWinRm(): Promise<WinRm> {
    return startWinRm({
      address: machine.address,
      port: supply.port,
      certificate: supply.certificate,
      password: machine.password,
      run: (commandLine) => runCommand(guest, commandLine),
      loginRefused: (user) => record(machine, { kind: "login refused", user }, now()),
      closed: (afterwards) => {
        const following = afterwards === "restart" ? restart() : leave();
        following.catch((cause: unknown) => supply.log(`${machine.instanceId} failed to stop: ${String(cause)}`));
      },
      log: (line) => supply.log(`${machine.instanceId}: ${line}`),
    });
  }

  async function restart(): Promise<void> {
    record(machine, { kind: "restart" }, now());
    machine.power = "booting";
    await Promise.all([unplug(), windows.powerOff()]);
    // It may have been switched off meanwhile.
    if (machine.power === "booting") on("restart");
  }

  async function leave(): Promise<void> {
    if (!(await windows.leave())) return;
    // It has stopped itself: a look at the instances meanwhile must neither stop it nor start it again.
    machine.power = "off";
    machine.offAt = Number.POSITIVE_INFINITY;
    await supply.stopInstance();
    await off("itself");
  }

  async function off(by: "itself" | "stopped" | "terminated"): Promise<void> {
    machine.power = "off";
    machine.offAt = performance.now();
    record(machine, { kind: "shutdown", by }, now());
    await unplug();
    await windows.powerOff();
  }

  async function unplug(): Promise<void> {
    booting.abort();
    const listener = winrm;
    winrm = undefined;
    await listener?.stop();
  }

  return { on, off, unplug };
}
