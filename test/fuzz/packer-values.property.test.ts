import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import fc from "fast-check";
import { expect, onTestFinished, test } from "vitest";
import { installTools } from "../../local/tools/install.ts";
import { deploymentVariables, orderedVariables } from "../../local/tools/packer-variables.ts";
import { cases } from "../depth.ts";
import { packerDirectory } from "../packer/powershell.ts";
import { hostileText } from "./hostile.ts";

/** What Packer, which ends at a new line, is asked for. */
const question = "jsonencode(var.image_tags)";

test("Packer reads the tags of an order as they are, whatever they mean in its templates", async () => {
  const tools = await installTools(() => {});
  const directory = mkdtempSync(join(tmpdir(), "values-"));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  // HCL has texts in normal form C, and UTF-8 no half of a character.
  const one = hostileText.map((text) => text.slice(0, 500).toWellFormed().normalize("NFC"));
  const tags = Object.fromEntries(fc.sample(one, cases(300, 10_000)).map((text, index) => [`tag-${index}`, text]));
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

  expect(JSON.parse((await console).stdout)).toEqual(tags);
});
