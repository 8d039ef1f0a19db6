import { setTimeout } from "node:timers/promises";
import { record } from "../model/machine.ts";
import { generalize, startWindows } from "../steps/setup.ts";
import { type Guest, run } from "./guest.ts";
import { type Certificate, startWinRm, type WinRm } from "./winrm.ts";

/** The power of one machine: while it is on, WinRM answers on its address. */
export type Power = {
  on: (why: "boot" | "restart") => void;
  off: (by: "itself" | "stopped" | "terminated") => Promise<void>;
  /** Takes the machine from the network, whatever its instance does. */
  unplug: () => Promise<void>;
};

export type Supply = {
  port: number;
  bootMs: number;
  certificate: Certificate;
  stopInstance: () => Promise<void>;
  log: (line: string) => void;
  changed: () => void;
};

export function createPower(guest: Guest, supply: Supply): Power {
  const { machine, behaviour, packerDir, now } = guest;
  let winrm: WinRm | undefined;
  let booting = new AbortController();

  function on(why: "boot" | "restart"): void {
    machine.power = "booting";
    if (behaviour.staysDown(why, machine)) return;
    booting = new AbortController();
    boot(booting.signal).catch((cause: unknown) => {
      if (!booting.signal.aborted) supply.log(`${machine.instanceId} does not come up: ${String(cause)}`);
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
        const outcome = await run(guest, commandLine);
        supply.changed();
        return outcome;
      },
      loginRefused: (user) => record(machine, { kind: "login refused", user }, now()),
      closing: async (afterwards) => {
        if (afterwards !== "stop itself") return;
        generalize(machine);
        await supply.stopInstance();
      },
      closed: (afterwards) => {
        const going = afterwards === "restart" ? restart() : off("itself");
        going.catch((cause: unknown) => supply.log(`${machine.instanceId} does not go down: ${String(cause)}`));
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
