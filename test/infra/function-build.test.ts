import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createFunctionBuilder } from "../../local/deploy/functions.ts";
import { readGraph } from "../../local/deploy/graph.ts";
import { root } from "./graph.ts";

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "function-build-"));
});
afterEach(() => rmSync(dir, { recursive: true }));

describe("a function is bundled", () => {
  test.each([
    ["with its names as they are, if the program says so", false],
    ["minified otherwise", true],
  ])("%s", async (_, minify) => {
    writeFileSync(
      join(dir, "handlers.ts"),
      'const farewell = "bye".repeat(2);\nexport const handler = () => farewell;\n',
    );
    const { build } = createFunctionBuilder({ root: dir, dir: join(dir, "out") });

    const { out, errors } = await build({
      functionID: "Greeter",
      handler: "handlers.handler",
      properties: { architecture: "arm64", minify },
    });

    expect(errors).toEqual([]);
    expect(readFileSync(join(out, "bundle.mjs"), "utf8").includes("farewell")).toBe(!minify);
  });
});

describe("a function that asks for what is not done here is refused by the name of", () => {
  test.each([
    ["packages to install", 'nodejs: { install: ["sharp"] }', /building the function Odd: .*"install"/s],
    [
      "packages to leave out",
      'nodejs: { esbuild: { external: ["sharp"] } }',
      /building the function Odd: .*"esbuild"/s,
    ],
    ["a bundle of its own", 'bundle: "functions"', /building the function Odd: .*bundle/s],
  ])("%s", { timeout: 60_000 }, async (_, setting, message) => {
    const program = join(dir, "sst.config.ts");
    writeFileSync(
      program,
      `export default $config({
         app: () => ({ name: "trial", home: "aws" }),
         async run() { new sst.aws.Function("Odd", { handler: "functions/api.handler", ${setting} }); },
       });`,
    );

    const reading = readGraph({ root, stage: "odd", program });

    await expect(reading).rejects.toThrow(message);
  });
});
