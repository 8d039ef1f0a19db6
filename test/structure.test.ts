import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const refused: [file: string, imported: string][] = [
  ["telemetry/probe.ts", "../config/time.ts"],
  ["config/probe.ts", "../domain/images.ts"],
  ["config/probe.ts", "@middy/core"],
  ["domain/probe.ts", "../io/images.ts"],
  ["domain/probe.ts", "../telemetry/logger.ts"],
  ["domain/probe.ts", "@aws-sdk/client-ec2"],
  ["domain/probe.ts", "@aws-lambda-powertools/logger"],
  ["domain/probe.ts", "node:fs"],
  ["domain/probe.ts", "./plan.ts"],
  ["domain/probe.ts", "./building/decide.ts"],
  ["domain/plan.ts", "../io/images.ts"],
  ["domain/building/probe.ts", "../publishing/publish.ts"],
  ["domain/building/probe.ts", "../plan.ts"],
  ["domain/publishing/probe.ts", "../building/decide.ts"],
  ["domain/publishing/probe.ts", "../../io/images.ts"],
  ["domain/probe.ts", "./fleets/decide.ts"],
  ["domain/building/probe.ts", "../fleets/decide.ts"],
  ["domain/publishing/probe.ts", "../fleets/decide.ts"],
  ["domain/fleets/probe.ts", "../building/decide.ts"],
  ["domain/fleets/probe.ts", "../publishing/publish.ts"],
  ["domain/fleets/probe.ts", "../notifications/due.ts"],
  ["domain/fleets/probe.ts", "../plan.ts"],
  ["domain/fleets/probe.ts", "../../io/images.ts"],
  ["domain/fleets/probe.ts", "@aws-sdk/client-eks"],
  ["domain/probe.ts", "./fast-launch/decide.ts"],
  ["domain/publishing/probe.ts", "../fast-launch/decide.ts"],
  ["domain/fleets/probe.ts", "../fast-launch/decide.ts"],
  ["domain/building/probe.ts", "../fast-launch/decide.ts"],
  ["domain/fast-launch/probe.ts", "../building/decide.ts"],
  ["domain/fast-launch/probe.ts", "../notifications/due.ts"],
  ["domain/fast-launch/probe.ts", "../plan.ts"],
  ["domain/fast-launch/probe.ts", "../../io/images.ts"],
  ["domain/notifications/probe.ts", "../plan.ts"],
  ["texts/probe.ts", "../io/images.ts"],
  ["io/probe.ts", "../texts/texts.ts"],
  ["io/probe.ts", "../api/http.ts"],
  ["api/probe.ts", "../reconcile/act.ts"],
  ["reconcile/probe.ts", "../api/http.ts"],
  ["reconcile/probe.ts", "@aws-sdk/client-s3"],
  ["../cli/commands/probe.ts", "../../functions/io/images.ts"],
  ["../cli/probe.ts", "../functions/reconcile/act.ts"],
];

const accepted: [file: string, imported: string][] = [
  ["domain/notifications/probe.ts", "../publishing/publish.ts"],
  ["domain/notifications/probe.ts", "../fleets/decide.ts"],
  ["domain/notifications/probe.ts", "../fast-launch/decide.ts"],
  ["domain/fast-launch/probe.ts", "../publishing/publish.ts"],
  ["domain/building/probe.ts", "../images.ts"],
  ["domain/fleets/probe.ts", "../images.ts"],
  ["io/probe.ts", "@aws-sdk/client-ec2"],
  ["io/probe.ts", "../domain/images.ts"],
  ["api/probe.ts", "../io/images.ts"],
  ["reconcile/probe.ts", "../texts/texts.ts"],
  ["config/probe.ts", "node:crypto"],
  ["../cli/views/probe.ts", "../../functions/domain/pauses.ts"],
  ["../cli/probe.ts", "@aws-sdk/client-lambda"],
];

let folder: string;
let findings: string;

/** All probes are linted in one run of Biome, with the project's own configuration. */
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "eksw-structure-"));
  const configuration = JSON.parse(readFileSync("biome.json", "utf8"));
  writeFileSync(join(folder, "biome.json"), JSON.stringify({ ...configuration, vcs: { enabled: false } }));
  for (const [index, [file, imported]] of [...refused, ...accepted].entries()) {
    const probe = join(folder, probeOf(file, index));
    mkdirSync(dirname(probe), { recursive: true });
    writeFileSync(probe, `import "${imported}";\n`);
  }
  const args = ["lint", "--only=style/noRestrictedImports", "--max-diagnostics=none", "--colors=off", "."];
  const { stdout, stderr } = spawnSync(join(process.cwd(), "node_modules/.bin/biome"), args, {
    cwd: folder,
    encoding: "utf8",
  });
  findings = `${stdout}${stderr}`;
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** plan.ts is matched by its name; the other probes get a number, so that several lie in one folder. */
function probeOf(file: string, index: number): string {
  return join("functions", file.replace("probe.ts", `probe-${index}.ts`));
}

describe("the linter keeps imports pointing down", () => {
  test.each(refused)("functions/%s may not import %s", (file, imported) => {
    const index = refused.findIndex((one) => one[0] === file && one[1] === imported);
    expect(findings).toContain(`${probeOf(file, index)}:1:8 lint/style/noRestrictedImports`);
  });

  test.each(accepted)("functions/%s may import %s", (file, imported) => {
    const index = accepted.findIndex((one) => one[0] === file && one[1] === imported);
    expect(findings).not.toContain(`${probeOf(file, refused.length + index)}:1:8 lint/style/noRestrictedImports`);
  });
});

test("every client of the AWS SDK in functions/ has the time limits of client-settings.ts", () => {
  const files = readdirSync("functions", { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".ts"));
  const made = files.flatMap((file) =>
    [...readFileSync(join("functions", file), "utf8").matchAll(/new (\w+Client)\(([^)]*)\)/g)].map(
      ([, client, settings]) => `${file}: ${client} ${settings}`,
    ),
  );
  expect(made.length).toBeGreaterThan(5);
  expect(made.filter((one) => !/ (clientSettings|\{ \.\.\.clientSettings, \.\.\.own \})$/.test(one))).toEqual([]);
});

test("a bundle of the plan has no module of the SDK, middy or Powertools", async () => {
  const { metafile } = await build({
    entryPoints: ["functions/domain/plan.ts"],
    bundle: true,
    platform: "node",
    format: "esm",
    write: false,
    metafile: true,
  });
  const modules = Object.keys(metafile.inputs);
  expect(modules).toContain("functions/domain/building/decide.ts");
  expect(modules.filter((path) => /@aws|@smithy|@middy/.test(path))).toEqual([]);
});
