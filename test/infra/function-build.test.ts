import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { createFunctionBuilder } from "../../local/deploy/functions.ts";
import { imaginaryCloud } from "../../local/deploy/graph.ts";
import { openProgram, type Program } from "../../local/deploy/program.ts";
import { root } from "./graph.ts";

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "function-build-"));
});
afterEach(() => rmSync(dir, { recursive: true }));

describe("a function is bundled", () => {
  test.each([
    ["with its original names, if the program asks for that", false],
    ["minified by default", true],
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

describe("a function is refused, with its name and the setting, if it asks for", () => {
  let program: Program;
  beforeAll(async () => {
    const workDir = mkdtempSync(join(tmpdir(), "odd-"));
    const file = join(workDir, "sst.config.ts");
    writeFileSync(
      file,
      `export default $config({
         app: () => ({ name: "trial", home: "aws" }),
         async run() {
           new sst.aws.Function("Odd", { handler: "functions/api.handler", ...JSON.parse(process.env.CONFIGURATION) });
         },
       });`,
    );
    program = await openProgram({ root, program: file, workDir });
    return async () => {
      await program.close();
      rmSync(workDir, { recursive: true });
    };
  });

  test.each([
    ["packages to install", { nodejs: { install: ["sharp"] } }, /building the function Odd: .*"install"/s],
    [
      "packages to leave out of the bundle",
      { nodejs: { esbuild: { external: ["sharp"] } } },
      /building the function Odd: .*"esbuild"/s,
    ],
    ["a bundle that is already built", { bundle: "functions" }, /building the function Odd: .*bundle/s],
  ])("%s", async (_, configuration, message) => {
    const evaluating = program.evaluate({ stage: "odd", configuration, cloud: imaginaryCloud(dir) });

    await expect(evaluating).rejects.toThrow(message);
  });
});
