import { copyOf, type Disk } from "./disk.ts";
import type { Entry, Transcript } from "./transcript.ts";

/** One Windows machine: its disk, its instance and everything that has happened to it. */
export type Machine = Disk & {
  instanceId: string;
  address: string;
  imageId: string;
  tags: Record<string, string>;
  userData: string;
  power: "off" | "booting" | "on";
  /**
   * When the machine was last switched off, in ms of `performance.now()`. An instance state that was requested before
   * then is outdated.
   */
  offAt: number;
  boots: number;
  /** Lines that the serial port has printed. */
  console: string[];
  /** How often each step has run, by the step's name. */
  runs: Map<string, number>;
  transcript: Transcript;
};

export type Instance = Pick<Machine, "instanceId" | "address" | "imageId" | "tags" | "userData">;

type NewEntry = Entry extends infer Each ? (Each extends Entry ? Omit<Each, "at"> : never) : never;

/** A new machine, switched off, with a copy of its image's disk. */
export function createMachine(instance: Instance, image: Disk): Machine {
  return {
    ...instance,
    ...copyOf(image),
    power: "off",
    offAt: Number.NEGATIVE_INFINITY,
    boots: 0,
    console: [],
    runs: new Map(),
    transcript: { ...instance, entries: [] },
  };
}

/** Adds an entry to the machine's transcript. */
export function record<New extends NewEntry>(machine: Machine, added: New, now: Date): New & { at: string } {
  const entry = { at: now.toISOString(), ...added };
  machine.transcript.entries.push(entry as Entry);
  return entry;
}
