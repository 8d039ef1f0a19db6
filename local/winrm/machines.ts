import { setInterval } from "node:timers/promises";
import { generate } from "selfsigned";
import { replayedWindows } from "../recordings/replayed-windows.ts";
import { createInstances, type Emulator } from "./instances.ts";
import { createMachine, type Instance, type Machine } from "./machine.ts";
import { createNetwork, type Network } from "./network.ts";
import { createPower, type Power } from "./power.ts";
import { createRules, type Rule } from "./rules.ts";
import type { Transcript } from "./transcript.ts";
import type { MakeWindows } from "./windows.ts";

export type Machines = {
  /** One transcript per machine, in the order in which the machines appeared. */
  transcripts: () => Transcript[];
  /** Adds a rule for all machines and returns a function that removes it. */
  behave: (rule: Rule) => () => void;
  stop: () => Promise<void>;
};

export type Options = {
  emulator: Emulator;
  /** The Administrator's password of an instance, as the emulator's GetPasswordData returns it. */
  password: (instanceId: string) => string | Promise<string>;
  /** An uploaded script is recognized as a step if it is one of the scripts below this directory. */
  packerDir: string;
  log: (line: string) => void;
  now?: () => Date;
  /** Called each time a machine's serial port prints, with everything printed so far (EC2's console output). */
  onConsole?: (instanceId: string, text: string) => void;
  /** What is behind the address of a machine that starts from a public image; by default a replay of recordings. */
  windows?: MakeWindows;
};

const pollMs = 250;
/** Shorter than the 5 s that Packer waits before it first checks whether a machine is up. */
const bootMs = 1000;
const port = 5986;

/**
 * Runs a Windows machine for every running instance of the emulator with a loopback address. The machine serves WinRM
 * at that address, restarts, and stops when its instance does. It starts with the contents of its image: those of AWS's
 * public image, or those that the machine from which the image was made had at its end. The instances are polled four
 * times a second.
 */
export async function startMachines({
  emulator,
  password,
  packerDir,
  log,
  now = () => new Date(),
  onConsole,
  windows: makeWindows = replayedWindows,
}: Options): Promise<Machines> {
  const instances = createInstances(emulator, now);
  const certificate = await generate([{ name: "commonName", value: "EC2AMAZ-STANDIN" }], { keyType: "ec" });
  const rules = createRules();
  const machines = new Map<string, { machine: Machine; power: Power; network: Network }>();
  const stopping = new AbortController();

  async function follow(): Promise<void> {
    const requestedAt = performance.now();
    const seen = await instances.list();
    const states = new Map(seen.map(({ instance, state }) => [instance.instanceId, state]));
    for (const { machine, power } of machines.values()) {
      const state = states.get(machine.instanceId) ?? "terminated";
      if (machine.power === "off" || state === "pending" || state === "running") continue;
      await power.off(state.startsWith("stop") ? "stopped" : "terminated");
    }
    for (const { instance, state } of seen) {
      if (state !== "running" || !instance.address.startsWith("127.")) continue;
      const { machine, power } = machines.get(instance.instanceId) ?? (await appear(instance));
      if (machine.power === "off" && machine.offAt < requestedAt) power.on("boot");
    }
  }

  async function appear(instance: Instance): Promise<{ machine: Machine; power: Power }> {
    const { instanceId } = instance;
    const { name, sourceInstanceId = "" } = await instances.image(instance.imageId);
    const userData = await instances.userData(instanceId);
    const { url: endpoint, region } = emulator;
    const network = createNetwork({ endpoint, region, credentials: () => instances.credentials(instanceId) });
    const console: string[] = [];
    const print = (line: string) => {
      console.push(line);
      onConsole?.(instanceId, console.join("\r\n"));
    };
    const host = { userData, packerDir, network, print, now };
    const source = machines.get(sourceInstanceId)?.machine;
    const windows = await (source ? source.windows.copy(host) : makeWindows(name, host));
    const isNew = windows.isGeneralized() || !source;
    const machine = createMachine(
      { ...instance, userData },
      windows,
      isNew ? await password(instanceId) : source.password,
    );
    const stopInstance = () => instances.stop(instanceId);
    const power = createPower(
      { machine, rules, packerDir, print, now },
      { port, bootMs, certificate, stopInstance, log },
    );
    const entry = { machine, power, network };
    machines.set(instanceId, entry);
    return entry;
  }

  async function followUntilStopped(): Promise<void> {
    let reported = "";
    for await (const _ of setInterval(pollMs, undefined, { signal: stopping.signal })) {
      const failure = await follow().then(
        () => "",
        (cause: unknown) => `following the emulator's instances: ${String(cause)}`,
      );
      if (failure && failure !== reported) log(failure);
      reported = failure;
    }
  }

  const followed = followUntilStopped().catch((cause: unknown) => {
    if (!stopping.signal.aborted) throw new Error("following the emulator's instances", { cause });
  });
  return {
    transcripts: () => [...machines.values()].map(({ machine }) => machine.transcript),
    behave: rules.behave,
    stop: async () => {
      stopping.abort();
      await followed;
      await Promise.all([...machines.values()].map(({ power }) => power.unplug()));
      for (const { network, machine } of machines.values()) {
        await machine.windows.remove();
        network.close();
      }
      instances.close();
    },
  };
}
