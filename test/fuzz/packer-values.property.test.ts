import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import fc from "fast-check";
import { expect, onTestFinished, test } from "vitest";
import { parseConfiguration } from "../../functions/config/configuration.ts";
import type { Variant } from "../../functions/config/variant.ts";
import { orderBuild } from "../../functions/domain/build-orders.ts";
import { installTools } from "../../local/tools/install.ts";
import { deploymentVariables, orderedVariables } from "../../local/tools/packer-variables.ts";
import { cases } from "../depth.ts";
import { packerDirectory } from "../packer/powershell.ts";
import { hostileText } from "./hostile.ts";

/** They have failed once: U+08E2 takes the quote after it into its own grapheme cluster. */
const failed = ["\u08e2", "{{ env `HOME` }}"];

const configuration = parseConfiguration({ variants: [{ windows: 2022, kubernetes: "1.35" }] });
const inputs = { baseAmi: "ami-1", kubernetes: "1.35.7", patchTuesday: "2026-10-13", recipe: "a", settings: "b" };

/** The tag that a build gets for this reason. */
function reasonsTag(reason: string): string {
  const [variant] = configuration.variants as [Variant];
  const common = { variant, attempt: 1, reasons: [reason], baseReleased: "2026-10-01", harvestSource: undefined };
  const context = { stage: "test", recipe: "a", harvestRecipe: "b", configuration, images: new Map() };
  const { variables } = orderBuild({ purpose: "build", inputs, ...common }, context);
  return JSON.parse(variables.PACKER_VARIABLES).image_tags["eks-windows-images:reasons"];
}

/** What Packer, which ends at a new line, is asked for. */
const question = "jsonencode(var.image_tags)";

test("Packer reads the reasons of an order as they are, and none is a template of its own", async () => {
  const tools = await installTools(() => {});
  const directory = mkdtempSync(join(tmpdir(), "values-"));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  const seed = Date.now() % 2 ** 31;
  const texts = [...failed, ...fc.sample(hostileText, { numRuns: cases(300, 10_000), seed })];
  const tags = Object.fromEntries(texts.map((text, index) => [`tag-${index}`, reasonsTag(text)]));
  const file = join(directory, "variables.json");
  const called = { manifest_path: "manifest.json", output_dir: "output" };
  writeFileSync(
    file,
    JSON.stringify({ ...orderedVariables("layer"), ...deploymentVariables, ...called, image_tags: tags }),
  );

  const console = promisify(execFile)(tools.packer, ["console", `-var-file=${file}`, packerDirectory], {
    env: {
      PATH: dirname(tools.packer),
      HOME: directory,
      PACKER_PLUGIN_PATH: tools.pluginPath,
      CHECKPOINT_DISABLE: "1",
    },
    maxBuffer: 2 ** 28,
  });
  console.child.stdin?.end(question);

  const { stdout } = await console.catch((error: { stdout: string; stderr: string }) => {
    throw new Error(`seed ${seed}: ${error.stdout}${error.stderr}`.slice(0, 2_000));
  });
  expect(JSON.parse(stdout)).toEqual(tags);
  expect(Object.values(tags).filter((tag) => tag.includes("{{"))).toEqual([]);
});
