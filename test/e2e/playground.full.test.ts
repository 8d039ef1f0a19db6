import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { LocalStackFile } from "../../cli/service/local-stack.ts";
import { copyPlatform, copyRepository } from "../repository-copy.ts";
import { type Conversation, converse } from "./conversation.ts";
import { allEnded, processesWith } from "./processes.ts";

const variant = "windows-2022-core-1.35";

/** A copy, because somebody who plays changes files that other tests read. */
let clone: string;
let temporary: string;
let child: ChildProcess | undefined;

beforeAll(() => {
  clone = mkdtempSync(join(tmpdir(), "clone-"));
  temporary = mkdtempSync(join(tmpdir(), "p-"));
  copyRepository(clone);
  copyPlatform(clone);
});

afterAll(() => {
  child?.kill("SIGKILL");
  for (const dir of [clone, temporary]) rmSync(dir, { recursive: true, force: true, maxRetries: 20, retryDelay: 200 });
});

function runCommand(script: string, ...args: string[]): ChildProcess {
  return spawn(process.execPath, [script, ...args], {
    cwd: clone,
    stdio: ["pipe", "pipe", "pipe"],
    env: { ...process.env, TMPDIR: temporary, EMULATOR_NURSERY: "" },
  });
}

/** What the channels hold, as the page has it. */
async function channels(): Promise<Record<string, string>> {
  const { page } = runFile();
  const response = await fetch(page ?? "", { headers: { accept: "application/json" } });
  const { variants } = (await response.json()) as { variants: { channels: Record<string, { image: string }> }[] };
  return Object.fromEntries(Object.entries(variants[0]?.channels ?? {}).map(([name, { image }]) => [name, image]));
}

function runFile() {
  return LocalStackFile.parse(JSON.parse(readFileSync(join(clone, ".run", "local.json"), "utf8")));
}

test("somebody plays with a local stack: a script of their own, a mistake, a bad image, and the end", async () => {
  child = runCommand("local/playground/command.ts");
  const stack = converse(child);
  const say = (line: string) => child?.stdin?.write(`${line}\n`);

  await stack.printed(/The stack is up/);
  await announcesItself(stack);
  await refusesAnother();
  await survivesAMistake(stack);
  const [, first] = /(ami-\w+) published to stable/.exec(await stack.printed(/mail .* published to stable/)) ?? [];
  expect(await channels()).toEqual({ candidate: first, stable: first });

  writeFileSync(join(clone, "packer", "custom", "20-agent.ps1"), "'an agent'\n");
  await stack.printed(/changed +packer\/custom\/20-agent\.ps1; deploying/);
  await stack.printed(new RegExp(`build +${variant}: recipe \\w+ → \\w+`));
  const isSecond = (line: string) => /mail .* published to candidate/.test(line) && !line.includes(first ?? "");
  const mail = await stack.printed({ test: isSecond });
  const second = /ami-\w+/.exec(mail)?.[0];

  say("bad next");
  say("release base");
  await stack.printed(new RegExp(`build +${variant}: baseAmi `));
  const failure = await stack.printed(/mail .*did not pass|mail .*fail/i);
  expect((await channels()).candidate).toBe(second);
  const [file = ""] = /mails\/[\w.-]+/.exec(failure) ?? [];
  expect(readFileSync(join(runFile().builds ?? "", file), "utf8")).toMatch(/^Subject: .*\n\n.*containerd/s);

  say("quit");
  expect(await stack.ended).toMatchObject({ status: 0 });
  await allEnded(temporary);
  expect(processesWith(temporary)).toEqual([]);
  expect(existsSync(join(clone, ".run", "local.json"))).toBe(false);
});

/** The page and the command line work as it says. */
async function announcesItself({ printed }: Conversation): Promise<void> {
  const { page, builds } = runFile();
  expect(statSync(join(clone, ".run", "local.json")).mode & 0o777).toBe(0o600);
  expect(await printed(/^Page /)).toContain(page);
  expect(existsSync(builds ?? "")).toBe(true);
  expect((await fetch(page ?? "")).status).toBe(200);
  const { status, lines } = await converse(runCommand("cli/bin.mjs", "plan", "--local")).ended;
  expect({ status, plan: lines.join("\n") }).toEqual({ status: 0, plan: expect.stringContaining(variant) });
}

async function refusesAnother(): Promise<void> {
  const other = await converse(runCommand("local/playground/command.ts")).ended;
  expect(other).toMatchObject({ status: 1, lines: [expect.stringContaining("npm run local runs already (process ")] });
}

/** The old deployment goes on, and the mistake's correction has nothing to deploy. */
async function survivesAMistake({ printed }: Conversation): Promise<void> {
  const configFile = join(clone, "config.ts");
  const config = readFileSync(configFile, "utf8");
  writeFileSync(configFile, config.replace("windows: 2022", "windows: 2021"));
  await printed(/variants\[0\]\.windows is 2021/);
  writeFileSync(configFile, config);
  await printed(/deployed +nothing/);
}
