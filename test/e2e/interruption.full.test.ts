import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, test, vi } from "vitest";
import { processesWith } from "./processes.ts";

vi.setConfig({ testTimeout: 140_000 });

const root = fileURLToPath(new URL("../..", import.meta.url));
/** What stopping may take on a busy machine; builds have three seconds to clean up. */
const seconds = { timeout: 15_000, interval: 100 };

const rehearsals: Rehearsal[] = [];

afterAll(() => {
  const records = existsSync(join(root, ".run")) ? readdirSync(join(root, ".run")) : [];
  for (const { child, temporary } of rehearsals) {
    child.kill("SIGKILL");
    rmSync(temporary, { recursive: true, force: true });
    for (const name of records)
      if (name.endsWith(`-${child.pid}`)) rmSync(join(root, ".run", name), { recursive: true, force: true });
  }
});

interface Rehearsal {
  child: ChildProcess;
  /** Its own, so that what it leaves there can be told from what others do. */
  temporary: string;
  /** Resolves with the first line of its timeline that matches. */
  said(pattern: RegExp): Promise<string>;
  ended: Promise<{ status: number | null; lines: string[] }>;
  /** Everything it has started, and it itself. */
  processes(): string[];
}

/** `npm start` in a process group of its own, as a terminal has it. */
function startRehearsal(...args: string[]): Rehearsal {
  const temporary = mkdtempSync(join(tmpdir(), "i-"));
  const child = spawn(process.execPath, ["local/rehearsal/command.ts", "--act", "first image", ...args], {
    cwd: root,
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, TMPDIR: temporary },
  });
  const lines: string[] = [];
  const listeners = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr])
    createInterface({ input: stream }).on("line", (line) => {
      lines.push(line);
      for (const listener of listeners) listener();
    });
  const ended = new Promise<{ status: number | null; lines: string[] }>((resolve) =>
    child.once("close", (status) => resolve({ status, lines })),
  );
  const said = (pattern: RegExp) =>
    new Promise<string>((resolve, reject) => {
      const look = () => {
        const line = lines.find((one) => pattern.test(one));
        if (line) resolve(line);
      };
      listeners.add(look);
      look();
      child.once("close", () => reject(new Error(`${pattern} was never said:\n${lines.join("\n")}`)));
    });
  const rehearsal = { child, temporary, said, ended, processes: () => processesWith(temporary) };
  rehearsals.push(rehearsal);
  return rehearsal;
}

/** As far as Packer's run. */
async function startBuilding(): Promise<Rehearsal> {
  const rehearsal = startRehearsal();
  await rehearsal.said(/step +\d\d-/);
  expect(rehearsal.processes().join("\n")).toMatch(/packer-plugin-amazon/);
  return rehearsal;
}

function interrupt({ child }: Rehearsal): void {
  process.kill(-(child.pid ?? Number.NaN), "SIGINT");
}

function stacksIn({ temporary }: Rehearsal): string[] {
  return readdirSync(temporary).filter((name) => name.startsWith("eksw-"));
}

test("two rehearsals side by side both succeed", async () => {
  const [one, other] = [startRehearsal("--json"), startRehearsal("--json")];

  const both = await Promise.all([one.ended, other.ended]);

  for (const { status, lines } of both) {
    expect(lines).toHaveLength(1);
    expect(JSON.parse(lines[0] ?? "")).toMatchObject({ ok: true, acts: [{ act: "first image", published: true }] });
    expect(status).toBe(0);
  }
  expect([...stacksIn(one), ...stacksIn(other), ...one.processes(), ...other.processes()]).toEqual([]);
});

describe.concurrent("A rehearsal that is broken off", () => {
  test("by Ctrl-C in the middle of a build leaves nothing behind, and a second one changes nothing", async () => {
    const rehearsal = await startBuilding();

    const from = performance.now();
    interrupt(rehearsal);
    await rehearsal.said(/FAILED/);
    interrupt(rehearsal);
    const { status, lines } = await rehearsal.ended;

    expect(status).toBe(130);
    expect(performance.now() - from).toBeLessThan(seconds.timeout);
    expect(lines).toContainEqual(expect.stringContaining("stopped by SIGINT"));
    expect(lines).toContainEqual(expect.stringContaining("stopping already"));
    await vi.waitFor(() => expect(rehearsal.processes()).toEqual([]), seconds);
    expect(stacksIn(rehearsal)).toEqual([]);
  });

  test("by Ctrl-C while the stack starts leaves nothing behind either", async () => {
    const rehearsal = startRehearsal();
    await rehearsal.said(/starting the AWS emulator/);

    const from = performance.now();
    interrupt(rehearsal);
    const { status } = await rehearsal.ended;

    expect(status).toBe(130);
    expect(performance.now() - from).toBeLessThan(seconds.timeout);
    await vi.waitFor(() => expect(rehearsal.processes()).toEqual([]), seconds);
    expect(stacksIn(rehearsal)).toEqual([]);
  });

  test("by being killed takes Packer, its shell and the emulator along", async () => {
    const rehearsal = await startBuilding();

    rehearsal.child.kill("SIGKILL");

    await vi.waitFor(() => expect(rehearsal.processes()).toEqual([]), seconds);
  });
});
