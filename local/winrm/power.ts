import { setTimeout } from "node:timers/promises";
import { record } from "../model/machine.ts";
import { startWindows } from "../steps/start-windows.ts";
import { generalize } from "../steps/sysprep.ts";
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
  /** Called after the machine may have printed to its serial port. */
  changed: () => void;
};

export function createPower(guest: Guest, supply: Supply): Power {
  const { machine, rules, packerDir, now } = guest;
  let winrm: WinRm | undefined;
  let booting = new AbortController();

  function on(why: "boot" | "restart"): void {
    machine.power = "booting";
    if (rules.staysDown(why, machine)) return;
    booting = new AbortController();
    boot(booting.signal).catch((cause: unknown) => {
      if (!booting.signal.aborted) supply.log(`${machine.instanceId} failed to start: ${String(cause)}`);
    });
  }

  async function boot(signal: AbortSignal): Promise<void> {
    await setTimeout(supply.bootMs, undefined, { signal });
    startWindows(machine, packerDir);
    if (machine.installation.communicator) winrm = await openWinRm();
    if (signal.aborted) return unplug();
    machine.power = "on";
    machine.boots += 1;
    machine.console.push(`${now().toISOString()}: Windows is Ready to use`);
    supply.changed();
    record(machine, { kind: "boot" }, now());
  }

  function openWinRm(): Promise<WinRm> {
    return startWinRm({
      address: machine.address,
      port: supply.port,
      certificate: supply.certificate,
      password: machine.password,
      run: async (commandLine) => {
        const outcome = await runCommand(guest, commandLine);
        supply.changed();
        return outcome;
      },
      loginRefused: (user) => record(machine, { kind: "login refused", user }, now()),
      closing: async (afterwards) => {
        if (afterwards !== "stop itself") return;
        generalize(machine);
        // It stops itself from here on: a look at the instances meanwhile must neither stop it nor start it again.
        machine.power = "off";
        machine.offAt = Number.POSITIVE_INFINITY;
        await supply.stopInstance();
      },
      closed: (afterwards) => {
        const stopping = afterwards === "restart" ? restart() : off("itself");
        stopping.catch((cause: unknown) => supply.log(`${machine.instanceId} failed to stop: ${String(cause)}`));
      },
      log: (line) => supply.log(`${machine.instanceId}: ${line}`),
    });
  }

  async function restart(): Promise<void> {
    record(machine, { kind: "restart" }, now());
    const unplugged = unplug();
    on("restart");
    await unplugged;
  }

  async function off(by: "itself" | "stopped" | "terminated"): Promise<void> {
    machine.power = "off";
    machine.offAt = performance.now();
    record(machine, { kind: "shutdown", by }, now());
    await unplug();
  }

  async function unplug(): Promise<void> {
    booting.abort();
    const listener = winrm;
    winrm = undefined;
    await listener?.stop();
  }

  return { on, off, unplug };
}
