import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, test } from "vitest";
import { converse } from "./conversation.ts";
import { allEnded, processesWith } from "./processes.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

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
  /** Its own temporary directory, to distinguish what it leaves there from the files of others. */
  temporary: string;
  /** Resolves with the first line of its timeline that matches. */
  printed(pattern: RegExp): Promise<string>;
  ended: Promise<{ status: number | null; lines: string[] }>;
  /** The living processes of the rehearsal, including its own. */
  processes(): string[];
  /** Resolves once all these processes have ended. */
  allEnded(): Promise<void>;
}

/** Runs `npm start` in its own process group, as a terminal does. */
function startRehearsal(...args: string[]): Rehearsal {
  const temporary = mkdtempSync(join(tmpdir(), "i-"));
  const child = spawn(process.execPath, ["local/rehearsal/command.ts", "--act", "first image", ...args], {
    cwd: root,
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, TMPDIR: temporary, EMULATOR_NURSERY: "" },
  });
  const { printed, ended } = converse(child);
  const rehearsal = {
    child,
    temporary,
    printed,
    ended,
    processes: () => processesWith(temporary),
    allEnded: () => allEnded(temporary),
  };
  rehearsals.push(rehearsal);
  return rehearsal;
}

/** Starts a rehearsal and waits until Packer runs. */
async function startBuilding(): Promise<Rehearsal> {
  const rehearsal = startRehearsal();
  await rehearsal.printed(/step +\d\d-/);
  expect(rehearsal.processes().join("\n")).toMatch(/packer-plugin-amazon/);
  return rehearsal;
}

function interrupt({ child }: Rehearsal): void {
  process.kill(-(child.pid ?? Number.NaN), "SIGINT");
}

function stacksIn({ temporary }: Rehearsal): string[] {
  return readdirSync(temporary).filter((name) => name.startsWith("eksw-"));
}

test("two parallel rehearsals both succeed", async () => {
  const [one, other] = [startRehearsal("--json"), startRehearsal("--json")];

  const both = await Promise.all([one.ended, other.ended]);

  for (const { status, lines } of both) {
    expect(lines).toHaveLength(1);
    expect(JSON.parse(lines[0] ?? "")).toMatchObject({ ok: true, acts: [{ act: "first image", published: true }] });
    expect(status).toBe(0);
  }
  expect([...stacksIn(one), ...stacksIn(other), ...one.processes(), ...other.processes()]).toEqual([]);
});

describe.concurrent("A rehearsal that is interrupted", () => {
  test("by Ctrl-C during a build leaves nothing behind, and a second Ctrl-C changes nothing", async () => {
    const rehearsal = await startBuilding();

    interrupt(rehearsal);
    await rehearsal.printed(/FAILED/);
    interrupt(rehearsal);
    const { status, lines } = await rehearsal.ended;

    expect(status).toBe(130);
    expect(lines).toContainEqual(expect.stringContaining("stopped by SIGINT"));
    expect(lines).toContainEqual(expect.stringContaining("already stopping"));
    await rehearsal.allEnded();
    expect(stacksIn(rehearsal)).toEqual([]);
  });

  test("by Ctrl-C while the stack starts leaves nothing behind", async () => {
    const rehearsal = startRehearsal();
    await rehearsal.printed(/starting the AWS emulator/);

    interrupt(rehearsal);
    const { status } = await rehearsal.ended;

    expect(status).toBe(130);
    await rehearsal.allEnded();
    expect(stacksIn(rehearsal)).toEqual([]);
  });

  test("by SIGKILL ends Packer, its shell and the emulator as well", async () => {
    const rehearsal = await startBuilding();

    rehearsal.child.kill("SIGKILL");

    await rehearsal.allEnded();
  });
});
