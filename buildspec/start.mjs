/**
 * How long a start from an image takes. The guest knows one part of it (packer/modules/…/StartMeasures.ps1), Packer's
 * output the other.
 *
 * @typedef {{ at: number, text: string }} Line a line of Packer's output, with milliseconds since the epoch
 * @typedef {{ begunAt?: number, launchedAt?: number, runningAt?: number, endedAt?: number }} Times
 * `begunAt` and `endedAt` are those of Packer's run
 * @typedef {Record<string, number | string | null | string[] | object>} Start
 */

/** What Packer prints right after an event. The guest can only print later. */
const signs = {
  /** RunInstances has answered. */
  launchedAt: /^==> \S+: Instance ID: i-[0-9a-f]+$/,
  /** The last thing before was to wait until EC2 calls the instance running. */
  runningAt: /^==> \S+: Waiting for auto-generated password for instance\.\.\.$/,
};

/**
 * @param {string} text lines of run-packer.mjs: a time in ISO 8601, a space, and a line of Packer's output
 * @returns {Times} only the events that have happened
 */
export function timesOf(text) {
  const lines = text.split("\n").flatMap((line) => readLine(line) ?? []);
  const times = { begunAt: lines[0]?.at, endedAt: lines.at(-1)?.at };
  for (const [event, sign] of Object.entries(signs)) times[event] = lines.find(({ text }) => sign.test(text))?.at;
  return times;
}

/** @returns {Line | undefined} */
function readLine(line) {
  const [, time = "", text = ""] = /^(\S+Z) (.*?)\r?$/.exec(line) ?? [];
  const at = Date.parse(time);
  return Number.isNaN(at) ? undefined : { at, text: text.trimEnd() };
}

/**
 * Merges what guest and host have measured of one start. What is not known, or cannot be true, is null, and a warning
 * says why.
 * @param {Record<string, unknown> | undefined} guest `start` of the guest's proof.json
 * @param {Times} times
 * @param {number} pollingDelay the pause in seconds between two looks at the state of the instance
 * @returns {Start}
 */
export function mergeStart(guest, times, pollingDelay) {
  const warnings = textsIn(guest?.warnings);
  const { begunAt, launchedAt, runningAt, endedAt } = times;
  const since = (at) => (launchedAt === undefined || at === undefined ? null : toSeconds(at - launchedAt));
  if (launchedAt === undefined) warnings.push("Packer's output does not say when it launched an instance.");
  /** @returns {number | null} seconds until the time that the machine says */
  function sinceBy(time, what) {
    const at = Date.parse(String(time));
    if (Number.isNaN(at) || launchedAt === undefined) return null;
    if (at >= begunAt && at <= endedAt) return since(Math.max(at, launchedAt));
    const run = `${iso(begunAt)} to ${iso(endedAt)}`;
    warnings.push(`the machine says that ${what} at ${iso(at)}, not within ${run}: its clock is wrong.`);
    return null;
  }
  const parts = {
    runningSeconds: since(runningAt),
    setUpSeconds: sinceBy(guest?.setUpAt, "it was set up"),
    winrmSeconds: sinceBy(guest?.winrmAt, "WinRM was open"),
    containerdSeconds: positive(guest?.containerdSeconds),
    containerSeconds: positive(guest?.containerSeconds),
  };
  return {
    launchedAt: launchedAt === undefined ? null : iso(launchedAt),
    ...parts,
    totalSeconds: totalOf(parts),
    resolutionSeconds: pollingDelay,
    bytesRead: positive(guest?.bytesRead),
    diskUsedBytes: positive(guest?.diskUsedBytes),
    warnings,
  };
}

/** Null if a part is not known: a start that lacks a part would pass for a quick one. */
function totalOf({ setUpSeconds, winrmSeconds, containerdSeconds, containerSeconds }) {
  const parts = [setUpSeconds, winrmSeconds, containerdSeconds, containerSeconds];
  if (parts.includes(null)) return null;
  return round(Math.max(setUpSeconds, winrmSeconds) + containerdSeconds + containerSeconds);
}

/**
 * The faster one of two starts, with the seconds of the slower one. A start of which nobody knows how long it took is
 * not the faster one.
 * @param {Start} first
 * @param {Start} second
 * @returns {{ start: Start, isSecond: boolean }}
 */
export function fasterStart(first, second) {
  const isSecond = second.totalSeconds !== null && second.totalSeconds < (first.totalSeconds ?? Infinity);
  const [start, other] = isSecond ? [second, first] : [first, second];
  return { start: { ...start, slowerSeconds: other.totalSeconds }, isSecond };
}

/** Whether a start took longer than the limit in seconds; a start of unknown length did not. */
export function isSlow(start, limit) {
  return start.totalSeconds !== null && start.totalSeconds > limit;
}

/** A start of a day, or a disk that EBS does not have (its largest is 64 TiB), is a mistake. */
const limits = { start: 24 * 3600 * 1000, size: 64 * 1024 ** 4 };

/**
 * The names of the records of a start: `start-<milliseconds>` and `size-<bytes>`, each only if it can be true.
 * @param {Start} start
 * @returns {string[]}
 */
export function measuresOf(start) {
  const values = { start: Math.round((start.totalSeconds ?? 0) * 1000), size: start.diskUsedBytes ?? 0 };
  return Object.entries(values).flatMap(([name, value]) =>
    Number.isInteger(value) && value > 0 && value < limits[name] ? [`${name}-${value}`] : [],
  );
}

function textsIn(value) {
  return [value ?? []].flat().filter((each) => typeof each === "string");
}

/** @returns {number | null} */
function positive(value) {
  return typeof value === "number" && Number.isFinite(value) && value >= 0 ? value : null;
}

function toSeconds(milliseconds) {
  return round(milliseconds / 1000);
}

function round(seconds) {
  return Math.round(seconds * 1000) / 1000;
}

function iso(at) {
  return new Date(at).toISOString();
}
