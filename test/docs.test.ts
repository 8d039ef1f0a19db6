import { existsSync, globSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { chatOf } from "../functions/texts/chat-message.ts";
import { textOf } from "../functions/texts/notification-text.ts";
import packageJson from "../package.json" with { type: "json" };
import { samplePublication } from "./sample-publication.ts";

/** Folders that hold other people's Markdown, or none. */
const foreign = ["node_modules", ".git", ".sst", ".run", ".tools"];
const documents = globSync("**/*.md", { exclude: (path) => foreign.includes(basename(path)) }).toSorted();
/** The changelog may name what is gone. */
const current = documents.filter((file) => file !== "CHANGELOG.md");

function read(file: string): string {
  return readFileSync(file, "utf8");
}

/** Lines with their numbers, without fenced code. */
function proseOf(file: string): { line: string; number: number }[] {
  let isCode = false;
  return read(file)
    .split("\n")
    .flatMap((line, index) => {
      const isFence = line.trimStart().startsWith("```");
      if (isFence) isCode = !isCode;
      return isCode || isFence ? [] : [{ line, number: index + 1 }];
    });
}

describe("Markdown", () => {
  test.each(documents)("%s has no line over 150 characters outside tables and code", (file) => {
    const long = proseOf(file).filter(({ line }) => [...line].length > 150 && !line.startsWith("|"));
    expect(long.map(({ line, number }) => `${number}: ${[...line].length} characters`)).toEqual([]);
  });

  test.each(documents)("%s has no mark of unfinished work", (file) => {
    expect(readFileSync(file, "utf8")).not.toMatch(/TODO|FIXME|TBD/);
  });

  test.each(documents)("%s links to files and headings that exist", (file) => {
    const links = proseOf(file).flatMap(({ line }) =>
      [...line.matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = ""]) => link),
    );
    const broken = links.filter((link) => {
      if (/^https?:/.test(link)) return false;
      const [path, heading] = link.split("#");
      const target = path ? join(dirname(file), path) : file;
      return !existsSync(target) || (heading !== undefined && !headingsOf(target).includes(heading));
    });
    expect(broken).toEqual([]);
  });

  test.each(current)("%s names paths of this repository that exist", (file) => {
    const named = proseOf(file).flatMap(({ line }) => [...line.matchAll(/`([^`]+)`/g)].map(([, code = ""]) => code));
    const paths = named.filter((code) =>
      /^(functions|infra|local|packer|buildspec|test|docs|\.github|\.ci)\/[\w./*-]*$/.test(code),
    );
    expect(paths.filter((path) => globSync(path).length === 0)).toEqual([]);
  });
});

/** A heading as GitHub makes it an anchor. */
function headingsOf(file: string): string[] {
  return proseOf(file).flatMap(({ line }) => {
    const heading = /^#+ (.+)$/.exec(line)?.[1];
    if (heading === undefined) return [];
    return [
      heading
        .toLowerCase()
        .replace(/[^\p{L}\p{N} _-]/gu, "")
        .replaceAll(" ", "-"),
    ];
  });
}

describe("docs/licences.md", () => {
  /** The licence column by package. A row may list several packages. */
  const rows = new Map(
    proseOf("docs/licences.md").flatMap(({ line }): [string, string][] => {
      const [, packages, licence] = /^\| (`[^|]+`) \| ([^|]+) \|/.exec(line) ?? [];
      return [...(packages ?? "").matchAll(/`([^`]+)`/g)].map(([, name = ""]) => [name, licence ?? ""]);
    }),
  );
  const dependencies = Object.keys({ ...packageJson.dependencies, ...packageJson.devDependencies });
  const requirements = ["local/tools/requirements.txt", "test/examples/requirements.txt"].flatMap((file) =>
    [...read(file).matchAll(/^([\w-]+)(?:\[.*\])?==/gm)].map(([, name = ""]) => name),
  );

  test.each(dependencies)("names the licence of %s as its package.json does", (name) => {
    expect(rows.get(name)).toBe(JSON.parse(read(`node_modules/${name}/package.json`)).license);
  });

  test.each(requirements)("names the licence of the Python package %s", (name) => {
    expect(rows.get(name)).toMatch(/\w/);
  });

  test("lists no package that the project no longer uses", () => {
    const isUsed = (name: string) => dependencies.includes(name) || requirements.includes(name);
    expect([...rows.keys()].filter((name) => !isUsed(name))).toEqual([]);
  });
});

describe("docs/rules.md", () => {
  const rules = proseOf("docs/rules.md").flatMap(({ line }) => /^### Rule (\d+): /.exec(line)?.[1] ?? []);

  test("has the rules 1 to 20 in order", () => {
    expect(rules.map(Number)).toEqual(Array.from({ length: 20 }, (_, index) => index + 1));
  });

  test("has every rule that code and tests cite", () => {
    const cited = globSync(["functions/**/*.ts", "test/**/*.ts"]).flatMap((file) =>
      [...read(file).matchAll(/\brules? (\d+)(?:(?: to | and |, )(\d+))*/gi)].flatMap(
        ([text]) => text.match(/\d+/g) ?? [],
      ),
    );
    expect(cited.length).toBeGreaterThan(20);
    expect(cited.filter((number) => !rules.includes(number))).toEqual([]);
  });

  test("cites every test of a rule", () => {
    const text = read("docs/rules.md");
    const tests = globSync("test/unit/domain/plan/rule-*.test.ts");
    expect(tests.filter((file) => !text.includes(`\`${file}\``))).toEqual([]);
  });
});

describe("the sample of a publication", () => {
  const { notification, inside } = samplePublication();
  const surroundings = { stage: "production", inside };

  test("in the README is the mail that the service writes", () => {
    const { subject, text } = textOf(notification, surroundings);
    const sample = /<!-- mail -->\n```\n([\s\S]*?)```/.exec(read("README.md"))?.[1];
    expect(sample).toBe(`Subject: ${subject}\n\n${text}\n`);
  });

  test("in docs/chat.md is the message that the service sends to chats", () => {
    const sample = /<!-- chat -->\n```json\n([\s\S]*?)\n```\n/.exec(read("docs/chat.md"))?.[1];
    expect(JSON.parse(sample ?? "")).toEqual(chatOf(notification, surroundings));
  });
});
