import { setInterval } from "node:timers/promises";
import { generate } from "selfsigned";
import { createBehaviour, type Rule } from "../model/behaviour.ts";
import { baseDisk } from "../model/disk.ts";
import { createMachine, type Instance, type Machine } from "../model/machine.ts";
import { createNetwork, type Network } from "../model/network.ts";
import type { Transcript } from "../model/transcript.ts";
import { createInstances, type Emulator } from "./instances.ts";
import { createPower, type Power } from "./power.ts";

export type Machines = {
  /** One a machine, in the order in which they appeared. */
  transcripts: () => Transcript[];
  behave: (rule: Rule) => () => void;
  stop: () => Promise<void>;
};

export type Options = {
  emulator: Emulator;
  /** The Administrator's password on an instance, as the emulator's GetPasswordData gives it out. */
  password: (instanceId: string) => string | Promise<string>;
  /** The scripts below it are recognised as steps when they are uploaded. */
  packerDir: string;
  log: (line: string) => void;
  now?: () => Date;
  /** Called with all that a machine's serial port has printed, each time it prints more (EC2's console output). */
  onConsole?: (instanceId: string, text: string) => void;
};

const LOOK_EVERY_MS = 250;
/** Below the five seconds that Packer waits anyway before it looks whether a machine is up. */
const BOOT_MS = 1000;
const PORT = 5986;

/**
 * A Windows machine for every running instance of the emulator that has a loopback address: WinRM there, restarts that
 * take a moment, an end that follows the instance's state. It begins with what is in its image: AWS's, or what the machine
 * that the image was made of has been left with. The instances are looked at four times a second.
 */
export async function startMachines({
  emulator,
  password,
  packerDir,
  log,
  now = () => new Date(),
  onConsole,
}: Options): Promise<Machines> {
  const instances = createInstances(emulator, now);
  const certificate = await generate([{ name: "commonName", value: "EC2AMAZ-STANDIN" }], { keyType: "ec" });
  const behaviour = createBehaviour();
  const machines = new Map<string, { machine: Machine; power: Power; network: Network }>();
  const stopping = new AbortController();

  async function follow(): Promise<void> {
    const lookedAt = performance.now();
    const seen = await instances.look();
    const states = new Map(seen.map(({ instance, state }) => [instance.instanceId, state]));
    for (const { machine, power } of machines.values()) {
      const state = states.get(machine.instanceId) ?? "terminated";
      if (machine.power === "off" || state === "pending" || state === "running") continue;
      await power.off(state.startsWith("stop") ? "stopped" : "terminated");
    }
    for (const { instance, state } of seen) {
      if (state !== "running" || !instance.address.startsWith("127.")) continue;
      const { machine, power } = machines.get(instance.instanceId) ?? (await appear(instance));
      if (machine.power === "off" && machine.offAt < lookedAt) power.on("boot");
    }
  }

  async function appear(instance: Instance): Promise<{ machine: Machine; power: Power }> {
    const { instanceId } = instance;
    const { name, sourceInstanceId = "" } = await instances.image(instance.imageId);
    const image = machines.get(sourceInstanceId)?.machine ?? baseDisk(name);
    const machine = createMachine({ ...instance, userData: await instances.userData(instanceId) }, image);
    if (machine.installation.generalized) machine.password = await password(instanceId);
    const { url: endpoint, region } = emulator;
    const network = createNetwork({
      endpoint,
      region,
      credentials: () => instances.credentials(instanceId),
      packerDir,
    });
    let printed = 0;
    const power = createPower(
      { machine, behaviour, network, packerDir, now },
      {
        port: PORT,
        bootMs: BOOT_MS,
        certificate,
        stopInstance: () => instances.stop(instanceId),
        log,
        changed: () => {
          if (machine.console.length === printed) return;
          printed = machine.console.length;
          onConsole?.(instanceId, machine.console.join("\r\n"));
        },
      },
    );
    const entry = { machine, power, network };
    machines.set(instanceId, entry);
    return entry;
  }

  async function followUntilStopped(): Promise<void> {
    let trouble = "";
    for await (const _ of setInterval(LOOK_EVERY_MS, undefined, { signal: stopping.signal })) {
      const failure = await follow().then(
        () => "",
        (cause: unknown) => `looking for instances: ${String(cause)}`,
      );
      if (failure && failure !== trouble) log(failure);
      trouble = failure;
    }
  }

  const followed = followUntilStopped().catch((cause: unknown) => {
    if (!stopping.signal.aborted) throw new Error("following the emulator's instances", { cause });
  });
  return {
    transcripts: () => [...machines.values()].map(({ machine }) => machine.transcript),
    behave: behaviour.behave,
    stop: async () => {
      stopping.abort();
      await followed;
      await Promise.all([...machines.values()].map(({ power }) => power.unplug()));
      for (const { network } of machines.values()) network.close();
      instances.close();
    },
  };
}
