import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

/** The stack's time: real time plus an offset that everyone reads from one file. It runs on by itself and only ever jumps forward. */
export type Clock = {
  /** Holds the offset in milliseconds, as decimal text. Child processes get its path as STACK_CLOCK. */
  file: string;
  now(): Date;
  /** @throws Error when the stack's time is past `date` already. */
  advanceTo(date: Date): void;
};

/** @param startsAt Where the stack's time begins; without it, where the file says, or else at real time. */
export function createClock(file: string, startsAt?: Date): Clock {
  if (startsAt) writeOffset(file, startsAt.getTime() - Date.now());
  else if (!existsSync(file)) writeOffset(file, 0);
  const now = () => new Date(Date.now() + readOffset(file));
  return {
    file,
    now,
    advanceTo(date) {
      if (date < now())
        throw new Error(`advancing the clock to ${date.toISOString()}: it is ${now().toISOString()} already`);
      writeOffset(file, date.getTime() - Date.now());
    },
  };
}

function readOffset(file: string): number {
  const text = readFileSync(file, "utf8").trim();
  if (!/^-?\d+$/.test(text))
    throw new Error(`reading the stack's clock ${file}: "${text}" is no offset in milliseconds`);
  return Number(text);
}

/** Renamed into place: a reader never sees half a number. */
function writeOffset(file: string, milliseconds: number): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(`${file}.new`, String(Math.round(milliseconds)));
  renameSync(`${file}.new`, file);
}
