import { copyOf, type Disk } from "./disk.ts";
import type { Entry, Transcript } from "./transcript.ts";

/** One Windows machine: what is in it, and what happened to it. */
export type Machine = Disk & {
  instanceId: string;
  address: string;
  imageId: string;
  tags: Record<string, string>;
  userData: string;
  power: "off" | "booting" | "on";
  /** When it was last switched off, on the clock of `performance.now()`: an older look at its instance says nothing about now. */
  offAt: number;
  boots: number;
  /** What the serial port has printed. */
  console: string[];
  /** How often each step has run. */
  runs: Map<string, number>;
  transcript: Transcript;
};

export type Instance = Pick<Machine, "instanceId" | "address" | "imageId" | "tags" | "userData">;

type Happened = Entry extends infer Each ? (Each extends Entry ? Omit<Each, "at"> : never) : never;

/** A machine begins with what is in its image. */
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

export function record<Fact extends Happened>(machine: Machine, fact: Fact, now: Date): Fact & { at: string } {
  const entry = { at: now.toISOString(), ...fact };
  machine.transcript.entries.push(entry as Entry);
  return entry;
}
