import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { text } from "node:stream/consumers";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { exitCodeMeanings } from "../../cli/exit-codes.ts";
import { commands } from "../../cli/program.ts";
import type { CallApi } from "../../cli/service/deployment.ts";
import { core } from "../scene.ts";
import { cli, widest } from "./cli.ts";

const docs = readFileSync("docs/cli.md", "utf8");
const complete = async (...words: string[]) => {
  const { stdout } = await cli(["--get-yargs-completions", "eks-windows-images", ...words], {
    config: {
      variants: [{ windows: 2022, kubernetes: "1.35" }],
      fleets: [{ name: "web", variant: core, kind: "managed-node-group", cluster: "main", group: "web" }],
    },
  });
  return stdout.split("\n");
};

describe("help", () => {
  test("names all commands in 80 columns, and the exit codes", async () => {
    const { exitCode, stdout } = await cli(["--help"]);

    expect(exitCode).toBe(0);
    for (const { name } of commands) expect(stdout).toContain(`  ${name}`);
    for (const meaning of Object.values(exitCodeMeanings)) expect(stdout).toContain(meaning);
    expect(widest(stdout)).toBeLessThanOrEqual(80);
  });

  test.each(commands.map(({ name }) => name))("of %s says what it does and which options it has", async (name) => {
    const { exitCode, stdout } = await cli([name, "--help"]);

    expect(exitCode).toBe(0);
    expect(stdout).toMatch(new RegExp(`^eks-windows-images ${name}`));
    expect(stdout).toContain("--stage");
    expect(widest(stdout)).toBeLessThanOrEqual(80);
  });
});

describe("docs/cli.md", () => {
  test.each(commands.map(({ usage, summary }) => [usage, summary]))("has a row for %s", (usage, summary) => {
    expect(docs).toContain(`| \`${usage.replaceAll("|", "\\|")}\` | ${summary}`);
  });

  test("has a row for nothing else", () => {
    const list = docs.slice(docs.indexOf("## Commands"), docs.indexOf("`--help` behind"));
    const rows = [...list.matchAll(/^\| `([a-z]+)[^`]*` \| /gm)].map(([, name]) => name);
    expect(rows.toSorted()).toEqual([...commands.map(({ name }) => name), "completion"].toSorted());
  });

  test.each(Object.entries(exitCodeMeanings))("says what the exit code %s means", (code, meaning) => {
    expect(docs).toContain(`| ${code} | ${meaning} |`);
  });
});

test.each([
  ["an unknown command", ["stauts"]],
  ["no command", []],
  ["an unknown option", ["plan", "--jsn"]],
  ["a missing argument", ["explain"]],
  ["an argument too many", ["plan", "more"]],
  ["an option without its value", ["plan", "--stage"]],
  ["an unknown channel", ["rollback", core, "--channel", "beta", "--reason", "why"]],
])("%s is wrong usage: exit code 2, and nothing on standard output", async (_, args) => {
  const { exitCode, stdout, stderr } = await cli(args);

  expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
  expect(stderr).toContain("→ --help lists what there is");
});

test("wrong usage with --json is one JSON document, too", async () => {
  const { exitCode, stdout } = await cli(["plan", "--jsn", "--json"]);
  expect(exitCode).toBe(2);
  expect(JSON.parse(stdout)).toMatchObject({ error: expect.stringContaining("jsn") });
});

test("an interrupted command exits with 130", async () => {
  const interruption = new AbortController();
  const call: CallApi = async () => {
    interruption.abort(new Error("interrupted"));
    // The service never answers.
    return new Promise(() => undefined);
  };
  expect(await cli(["plan"], { call, signal: interruption.signal })).toMatchObject({ exitCode: 130, stdout: "" });
});

test("a mistake in config.ts is an error of those commands only that need it", async () => {
  const call = async () => ({ status: 200, answer: { now: "", actions: [] } });
  expect((await cli(["plan"], { call, config: { variants: [] } })).exitCode).toBe(0);
});

describe("completion", () => {
  test("prints a script for the shell", async () => {
    const { exitCode, stdout } = await cli(["completion"]);
    expect(exitCode).toBe(0);
    expect(stdout).toContain("--get-yargs-completions");
  });

  test("completes commands and options", async () => {
    expect(await complete("r")).toEqual(expect.arrayContaining(["rebuild", "rollback", "rollout"]));
    expect(await complete("rollback", core, "--")).toEqual(
      expect.arrayContaining(["--channel", "--reason", "--stage"]),
    );
    expect(await complete("rollback", core, "--channel", "")).toEqual(expect.arrayContaining(["candidate", "stable"]));
  });

  test("completes the variants and fleets of config.ts", async () => {
    expect(await complete("explain", "")).toContain(core);
    expect(await complete("hold", "")).toContain("web");
    expect(await complete("hold", "")).not.toContain(core);
  });
});

describe("the process", () => {
  const run = promisify(execFile);

  test("runs from node_modules/.bin and exits with the program's code", async () => {
    const bin = "node_modules/.bin/eks-windows-images";
    expect((await run(bin, ["--version"])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
    await expect(run(bin, ["stauts"])).rejects.toMatchObject({ code: 2, stderr: expect.stringContaining("stauts") });
  });

  test("ends quietly if nobody reads what it prints", async () => {
    const child = spawn(process.execPath, ["cli/bin.mjs", "--help"], { stdio: ["ignore", "pipe", "pipe"] });
    child.stdout.destroy();
    const [said, [code]] = await Promise.all([text(child.stderr), once(child, "exit")]);
    expect({ said, code }).toEqual({ said: "", code: 0 });
  });

  test("starts itself again with the repository's Node.js if its own strips no types", async () => {
    const args = ["--no-experimental-strip-types", "cli/bin.mjs", "stauts"];
    await expect(run(process.execPath, args)).rejects.toMatchObject({ code: 2, stdout: "" });
  });
});
