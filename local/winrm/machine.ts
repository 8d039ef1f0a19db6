import type { Entry, Transcript } from "./transcript.ts";
import type { Windows } from "./windows.ts";

/** One machine: its instance, its Windows and everything that has happened to it. */
export type Machine = Instance & {
  windows: Windows;
  /** The Administrator's password. */
  password: string;
  power: "off" | "booting" | "on";
  /**
   * When the machine was last switched off, in ms of `performance.now()`. An instance state that was requested before
   * then is outdated.
   */
  offAt: number;
  transcript: Transcript;
};

export type Instance = {
  instanceId: string;
  address: string;
  imageId: string;
  tags: Record<string, string>;
  userData: string;
};

type NewEntry = Entry extends infer Each ? (Each extends Entry ? Omit<Each, "at"> : never) : never;

/** A new machine, switched off. */
export function createMachine(instance: Instance, windows: Windows, password: string): Machine {
  return {
    ...instance,
    windows,
    password,
    power: "off",
    offAt: Number.NEGATIVE_INFINITY,
    transcript: { ...instance, commandLines: [], entries: [] },
  };
}

/** Adds an entry to the machine's transcript. */
export function record<New extends NewEntry>(machine: Machine, added: New, now: Date): New & { at: string } {
  const entry = { at: now.toISOString(), ...added };
  machine.transcript.entries.push(entry as Entry);
  return entry;
}
