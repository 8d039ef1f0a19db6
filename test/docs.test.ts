import { existsSync, globSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { plan } from "../functions/domain/plan.ts";
import { differences, type Report } from "../functions/domain/reports.ts";
import { textOf } from "../functions/texts/notification-text.ts";
import packageJson from "../package.json" with { type: "json" };
import { scene } from "./scene.ts";

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
  const requirements = [...read("local/tools/requirements.txt").matchAll(/^([\w-]+)(?:\[.*\])?==/gm)].map(
    ([, name = ""]) => name,
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

  test("has the rules 1 to 17 in order", () => {
    expect(rules.map(Number)).toEqual(Array.from({ length: 17 }, (_, index) => index + 1));
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

test("the sample mail in the README is what the service writes", () => {
  const [before, after] = ["ami-0c5f1e0a9b3d27e41", "ami-0a84d2f6c17be9035"];
  const report: Report = {
    osBuild: "20348.4294",
    kubernetes: { kubelet: "1.35.6", kubeProxy: "1.35.6" },
    containerd: "1.7.27",
    installedUpdates: ["KB5066782"],
    containerImages: [],
    customSteps: [],
  };
  const { world } = scene({}, "2026-11-12T20:10:00Z")
    .baseAmi("ami-07d1e94b52c3a86f0")
    .published(before, { kubernetes: "1.35.6", patchTuesday: "2026-10-13" })
    .image(after, { token: "9c1f".repeat(16) })
    .holds(after, ["stable"]);
  const published = plan({ ...world, notified: new Set() }).flatMap((action) =>
    action.do === "announce" && action.notification.kind === "published" && action.notification.channel === "stable"
      ? [action.notification]
      : [],
  )[0];
  if (!published) throw new Error("the scene has no publication to stable");
  const inside = differences(report, {
    ...report,
    osBuild: "20348.4405",
    kubernetes: { kubelet: "1.35.7", kubeProxy: "1.35.7" },
    installedUpdates: ["KB5068787"],
  });

  const { subject, text } = textOf(published, inside);

  const sample = /<!-- mail -->\n```\n([\s\S]*?)```/.exec(read("README.md"))?.[1];
  expect(sample).toBe(`Subject: ${subject}\n\n${text}\n`);
});
