import { execFile } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { createClock } from "../../../local/clock/clock.ts";

const execute = promisify(execFile);
const shims = fileURLToPath(new URL("../../../local/clock/bin", import.meta.url));
const preload = new URL("../../../local/clock/preload.mjs", import.meta.url).href;

function scene(startsAt?: string) {
  const file = join(mkdtempSync(join(tmpdir(), "clock-")), "clock");
  const began = performance.now();
  const clock = createClock(file, startsAt === undefined ? undefined : new Date(startsAt));
  const environment = { ...process.env, STACK_CLOCK: file, PATH: `${shims}:${process.env.PATH}` };
  return {
    clock,
    /** Whether a time is the stack's, between the scene's start and now. To the second, as `date` prints it. */
    isNow(time: string) {
      const late = clock.now().getTime() - Date.parse(time);
      return late >= 0 && late <= performance.now() - began + 1000;
    },
    bash: async (script: string) => (await execute("bash", ["-c", script], { env: environment })).stdout.trim(),
    node: async (script: string) =>
      (
        await execute(process.execPath, ["--import", preload, "--input-type=module", "--eval", script], {
          env: environment,
        })
      ).stdout.trim(),
  };
}

test("a clock without a start time shows real time", () => {
  const before = Date.now();

  const { clock } = scene();

  expect(clock.now().getTime()).toBeGreaterThanOrEqual(before);
  expect(clock.now().getTime()).toBeLessThanOrEqual(Date.now());
});

test("the clock advances to a date and runs on from there", () => {
  const { clock } = scene("2026-11-01T00:00:00Z");

  const before = performance.now();
  clock.advanceTo(new Date("2026-11-10T19:00:00Z"));

  const elapsed = clock.now().getTime() - Date.parse("2026-11-10T19:00:00Z");
  expect(elapsed).toBeGreaterThanOrEqual(0);
  expect(elapsed).toBeLessThanOrEqual(performance.now() - before + 1);
});

test("the clock advances by a time, even none, however late that is carried out", () => {
  const { clock } = scene("2026-11-10T00:00:00Z");

  for (let time = 0; time < 100; time++) clock.advanceBy(0);
  clock.advanceBy(3_600_000);
  expect(clock.now().toISOString()).toMatch(/^2026-11-10T01:00:/);
});

test("the clock refuses to go back", () => {
  const { clock } = scene("2026-11-10T00:00:00Z");

  expect(() => clock.advanceTo(new Date("2026-11-09T00:00:00Z"))).toThrow(
    /advancing the clock to 2026-11-09.*it is already 2026-11-10/,
  );
});

test("the clock of a machine that was wrong jumps back", () => {
  const { clock } = scene("2026-11-10T00:00:00Z");

  const before = performance.now();
  clock.setTo(new Date("2026-11-09T00:00:00Z"));

  const elapsed = clock.now().getTime() - Date.parse("2026-11-09T00:00:00Z");
  expect(elapsed).toBeGreaterThanOrEqual(0);
  expect(elapsed).toBeLessThanOrEqual(performance.now() - before + 1);
});

test("a clock made later on the same file shows the same time", () => {
  const { clock } = scene("2030-01-01T00:00:00Z");

  const [before, other, after] = [clock.now(), createClock(clock.file).now(), clock.now()];

  expect(other.getTime()).toBeGreaterThanOrEqual(before.getTime());
  expect(other.getTime()).toBeLessThanOrEqual(after.getTime());
});

test("bash reads the stack's time and never an earlier one", async () => {
  const { clock, bash, isNow } = scene();
  clock.advanceTo(new Date("2040-11-13T19:00:00Z"));

  const text = await bash("date -u +%Y-%m-%dT%H:%M:%SZ");

  expect(text).toMatch(/^2040-11-13T19:/);
  expect(isNow(text)).toBe(true);
});

test("bash in the user's zone shows the same moment", async () => {
  const { bash, isNow } = scene("2040-11-13T19:00:00Z");

  expect(await bash("TZ=America/Los_Angeles date +%FT%H")).toBe("2040-11-13T11");
  expect(isNow(new Date(Number(await bash("date +%s")) * 1000).toISOString())).toBe(true);
});

test("a form of `date` that the stack's clock does not support is an error, not real time", async () => {
  const { bash } = scene("2040-11-13T19:00:00Z");

  await expect(bash("date -d yesterday")).rejects.toThrow(/supports -u and \+FORMAT, not -d/);
});

test("every way to read the time in Node shows the stack's time", async () => {
  const { node } = scene("2040-11-13T19:00:00Z");

  const answers = JSON.parse(
    await node(`console.log(JSON.stringify({
      now: new Date(Date.now()).toISOString(),
      constructed: new Date().toISOString(),
      text: Date(),
      given: new Date(0).toISOString(),
      parsed: new Date("2020-02-29T00:00:00Z").toISOString(),
      instance: new Date() instanceof Date,
      type: new Date().constructor === Date,
      derived: new (class extends Date {})().toISOString(),
      utc: Date.UTC(2020, 0),
    }))`),
  );

  expect(answers.now).toMatch(/^2040-11-13T19:/);
  expect(answers.constructed).toMatch(/^2040-11-13T19:/);
  expect(answers.text).toMatch(/Nov 13 2040/);
  expect(answers.derived).toMatch(/^2040-11-13T19:/);
  expect(answers).toMatchObject({
    given: "1970-01-01T00:00:00.000Z",
    parsed: "2020-02-29T00:00:00.000Z",
    instance: true,
    type: true,
    utc: 1577836800000,
  });
});

test("a running Node process sees the clock advance", async () => {
  const { clock, node } = scene("2030-01-01T00:00:00Z");

  const text = await node(`
    import { renameSync, writeFileSync } from "node:fs";
    const before = new Date().getUTCFullYear();
    const jump = Number(${JSON.stringify(Date.parse("2040-01-01T00:00:00Z"))}) - ${Date.now()};
    writeFileSync(${JSON.stringify(`${clock.file}.new`)}, String(jump));
    renameSync(${JSON.stringify(`${clock.file}.new`)}, ${JSON.stringify(clock.file)});
    while (new Date().getUTCFullYear() === before);
    console.log(before, new Date().getUTCFullYear());
  `);

  expect(text).toBe("2030 2040");
});
