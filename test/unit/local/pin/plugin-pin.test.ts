import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { requirePluginPin } from "../../../../infra/versions.ts";
import { pinPlugin } from "../../../../local/pin/plugin-pin.ts";
import { serve } from "../../../buildspec/workshop.ts";

const sum = "2c".repeat(32);
const archive = "packer-plugin-amazon_1.99.0_linux_amd64.zip";
const sums = "/packer-plugin-amazon/1.99.0/packer-plugin-amazon_1.99.0_SHA256SUMS";
const unpinned = `# where it is from\nnull  ${archive}\n`;
const silent = () => {};
const repository = join(import.meta.dirname, "../../../..");

test("the plugin is pinned to its own line of HashiCorp's list", async () => {
  const other = `${"3d".repeat(32)}  packer-plugin-amazon_1.99.0_linux_arm64.zip`;
  const publisher = await serve({ [sums]: `${other}\n${sum}  ${archive}\n` });
  const said: string[] = [];

  const text = await pinPlugin(unpinned, (line) => said.push(line), publisher);

  expect(text).toBe(`# where it is from\n${sum}  ${archive}\n`);
  expect(said).toEqual([`${archive} is ${sum} according to ${publisher}${sums}`]);
});

test("a pinned plugin is not asked for again", async () => {
  const pinned = `${sum}  ${archive}\n`;

  expect(await pinPlugin(pinned, silent, await serve({}))).toBe(pinned);
});

test.each([
  ["is missing", {}, "answered 404"],
  ["names other archives only", { [sums]: `${sum}  a.zip\n${sum}  b.zip\n` }, "the SHA-256 of a.zip, b.zip instead of"],
  ["has other text, too", { [sums]: `Sign in\n${sum}  ${archive}\n` }, "instead of a SHA-256"],
])("a list of HashiCorp's that %s pins nothing", async (_, files, why) => {
  await expect(pinPlugin(unpinned, silent, await serve(files))).rejects.toThrow(why);
});

test("an unpinned plugin refuses the deployment by name, and pinning the repository's own file admits it", async () => {
  const root = mkdtempSync(join(tmpdir(), "pin-"));
  onTestFinished(() => rmSync(root, { recursive: true }));
  mkdirSync(join(root, "buildspec"));
  const file = "buildspec/packer-plugin-amazon.sha256";
  const present = readFileSync(join(repository, file), "utf8");
  const before = present.replace(/^\w+(?= {2})/m, "null");
  const [, name, version] = /^null {2}(\S+_([\d.]+)_linux_amd64)\.zip$/m.exec(before) ?? [];
  const publisher = await serve({
    [`/packer-plugin-amazon/${version}/packer-plugin-amazon_${version}_SHA256SUMS`]: `${sum}  ${name}.zip\n`,
  });

  writeFileSync(join(root, file), before);
  expect(() => requirePluginPin(root)).toThrow(`${file} has no checksum for ${name}: npm run pin fetches it`);

  writeFileSync(join(root, file), await pinPlugin(before, silent, publisher));
  expect(() => requirePluginPin(root)).not.toThrow();
});

test("npm run pin asks HashiCorp's own host for the plugin, although config.ts names a mirror of it", () => {
  const root = mkdtempSync(join(tmpdir(), "pin-"));
  onTestFinished(() => rmSync(root, { recursive: true }));
  for (const place of ["local/pin", "functions/config", "packer/versions.json", "package.json"])
    cpSync(join(repository, place), join(root, place), { recursive: true });
  symlinkSync(join(repository, "node_modules"), join(root, "node_modules"));
  const config = { variants: [], policies: { packerReleaseUrl: "https://mirror.example.com" } };
  writeFileSync(join(root, "config.ts"), `export const config = ${JSON.stringify(config)};\n`);
  mkdirSync(join(root, "buildspec"));
  writeFileSync(join(root, "buildspec/packer-plugin-amazon.sha256"), unpinned);
  // The network: every address has the plugin's list, whose lines are of use to the plugin only.
  const network = `import { appendFileSync } from "node:fs";
globalThis.fetch = async (url) => {
  appendFileSync("asked", url + "\\n");
  return new Response(${JSON.stringify(`${sum}  ${archive}\n`)});
};
`;
  writeFileSync(join(root, "network.mjs"), network);

  spawnSync(process.execPath, ["--import", "./network.mjs", "local/pin/command.ts"], { cwd: root });

  const asked = readFileSync(join(root, "asked"), "utf8").trimEnd().split("\n");
  expect(asked.filter((url) => url.includes("packer"))).toEqual([`https://releases.hashicorp.com${sums}`]);
  expect(asked.join()).not.toContain("mirror.example.com");
  expect(readFileSync(join(root, "buildspec/packer-plugin-amazon.sha256"), "utf8")).toContain(`${sum}  ${archive}`);
});
