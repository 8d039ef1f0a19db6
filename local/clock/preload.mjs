// Loaded with `node --import` into the stack's processes. Their Date shows the stack's time (STACK_CLOCK), which may
// jump while they run.
import { readFileSync, statSync } from "node:fs";

const file = process.env.STACK_CLOCK;
if (!file) throw new Error("loading the stack's clock: STACK_CLOCK is not set");

const RealDate = Date;
const realNow = Date.now;
const readEvery = 50;
let readAt = Number.NEGATIVE_INFINITY;
let version = "";
let offset = 0;

function stackNow() {
  if (performance.now() - readAt >= readEvery) readClock();
  return realNow() + offset;
}

function readClock() {
  readAt = performance.now();
  const { mtimeNs, ino } = statSync(file, { bigint: true });
  if (version === `${mtimeNs} ${ino}`) return;
  version = `${mtimeNs} ${ino}`;
  offset = Number(readFileSync(file, "utf8"));
  if (!Number.isFinite(offset)) throw new Error(`reading the stack's clock ${file}: not an offset in milliseconds`);
}

const StackDate = new Proxy(RealDate, {
  construct: (target, values, newTarget) =>
    Reflect.construct(target, values.length === 0 ? [stackNow()] : values, newTarget),
  apply: () => new RealDate(stackNow()).toString(),
});
RealDate.now = stackNow;
RealDate.prototype.constructor = StackDate;
globalThis.Date = StackDate;
stackNow();
