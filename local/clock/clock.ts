import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

/**
 * The stack's time: real time plus an offset, which every process reads from one file. It runs by itself.
 */
export type Clock = {
  /** Holds the offset in milliseconds as decimal text. Child processes get its path in STACK_CLOCK. */
  file: string;
  now(): Date;
  /** Advances by milliseconds. */
  advanceBy(milliseconds: number): void;
  /** @throws Error when the stack's time is already past `date` */
  advanceTo(date: Date): void;
  /** Jumps in either direction, as the clock of a machine that was wrong. */
  setTo(date: Date): void;
};

/** @param startsAt the stack's time at the start; by default the time that the file gives, or else real time */
export function createClock(file: string, startsAt?: Date): Clock {
  if (startsAt) writeOffset(file, startsAt.getTime() - Date.now());
  else if (!existsSync(file)) writeOffset(file, 0);
  const now = () => new Date(Date.now() + readOffset(file));
  return {
    file,
    now,
    advanceBy: (milliseconds) => writeOffset(file, readOffset(file) + milliseconds),
    advanceTo(date) {
      if (date < now())
        throw new Error(`advancing the clock to ${date.toISOString()}: it is already ${now().toISOString()}`);
      writeOffset(file, date.getTime() - Date.now());
    },
    setTo: (date) => writeOffset(file, date.getTime() - Date.now()),
  };
}

function readOffset(file: string): number {
  const text = readFileSync(file, "utf8").trim();
  if (!/^-?\d+$/.test(text))
    throw new Error(`reading the stack's clock ${file}: "${text}" is not an offset in milliseconds`);
  return Number(text);
}

/** The file is renamed into place, so that a reader never sees half a number. */
function writeOffset(file: string, milliseconds: number): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(`${file}.new`, String(Math.round(milliseconds)));
  renameSync(`${file}.new`, file);
}
