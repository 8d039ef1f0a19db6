import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { strToU8, zipSync } from "fflate";
import { beforeAll, describe, expect, test } from "vitest";
import { installTools } from "../../local/tools/install.ts";
import { readToolVersions } from "../../local/tools/tool-versions.ts";
import { openWorkshop, serve, type Workshop } from "./workshop.ts";

const archive = "packer-plugin-amazon_1.99.0_linux_amd64.zip";
const path = `/packer-plugin-amazon/1.99.0/${archive}`;
const zip = archiveOf(plugin("1.99.0"));
const noHost = "http://127.0.0.1:9";

/** The real one, whose version is irrelevant to the plugin's. */
let packer: string;
let amazonPlugin: string;

beforeAll(async () => {
  const tools = await installTools(() => {});
  packer = tools.packer;
  amazonPlugin = tools.pluginPath;
});

/** What Packer asks a plugin for before it installs it. */
function plugin(version: string): string {
  const description = { version, sdk_version: "0.6.9", api_version: "x5.0", builders: [], provisioners: [] };
  return `#!/bin/sh\necho '${JSON.stringify(description)}'\n`;
}

function archiveOf(binary: string): Buffer {
  const files = { "LICENSE.txt": "MPL\n", "packer-plugin-amazon_v1.99.0_x5.0_linux_amd64": binary };
  return Buffer.from(zipSync(Object.fromEntries(Object.entries(files).map(([name, text]) => [name, strToU8(text)]))));
}

function sha256(bytes: Buffer): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** Installs the plugin that a given pin names, with the real Packer. */
function install(workshop: Workshop, pin: string, url: string, more: Record<string, string> = {}) {
  const file = join(workshop.directory, "pin");
  writeFileSync(file, pin);
  return workshop.run(["buildspec/install-plugin.sh", file, workshop.variables.RUN_DIR as string], {
    HOME: workshop.directory,
    CHECKPOINT_DISABLE: "1",
    PACKER: packer,
    PACKER_RELEASE_URL: url,
    ...more,
  });
}

/** What the real Packer finds in the folder that the script prints in its last line. */
function findable(workshop: Workshop, output: string) {
  const PACKER_PLUGIN_PATH = output.trimEnd().split("\n").at(-1) ?? "";
  return workshop.run(["-c", `'${packer}' plugins installed`], { PACKER_PLUGIN_PATH, CHECKPOINT_DISABLE: "1" });
}

test("the plugin of the pinned version that Packer finds already is used", async () => {
  const workshop = openWorkshop();

  const { code, output } = await install(
    workshop,
    `null  packer-plugin-amazon_${readToolVersions().amazonPlugin}_linux_amd64.zip\n`,
    noHost,
    { PACKER_PLUGIN_PATH: amazonPlugin },
  );

  expect(code).toBe(0);
  expect(output.trimEnd().split("\n").at(-1)).toBe(amazonPlugin);
});

describe("the plugin from the release host", () => {
  test("is installed if it has the pinned SHA-256, although Packer finds another version", async () => {
    const workshop = openWorkshop();
    const url = await serve({ [path]: zip });

    const { code, output } = await install(workshop, `# where it is from\n${sha256(zip)}  ${archive}\n`, url, {
      PACKER_PLUGIN_PATH: amazonPlugin,
    });

    const found = await findable(workshop, output);
    expect(code).toBe(0);
    expect(found.output).toMatch(
      /^\S+\/plugins\/github\.com\/hashicorp\/amazon\/packer-plugin-amazon_v1\.99\.0_x5\.0_\S+\n$/,
    );
  });

  test("is refused if it has another SHA-256", async () => {
    const workshop = openWorkshop();
    const url = await serve({ [path]: zip });

    const { code } = await install(workshop, `${"0".repeat(64)}  ${archive}\n`, url);

    expect(code).not.toBe(0);
    expect(workshop.outcome()).toMatchObject({ FAILURE_CLASS: "checksum" });
    expect(workshop.outcome().FAILURE_CAUSE).toContain(sha256(zip));
    expect(existsSync(join(workshop.variables.RUN_DIR as string, "plugins"))).toBe(false);
  });

  test("is refused while its SHA-256 is not pinned, and the cause says what to run", async () => {
    const workshop = openWorkshop();
    const url = await serve({ [path]: zip });

    const { code } = await install(workshop, `null  ${archive}\n`, url);

    expect(code).not.toBe(0);
    expect(workshop.outcome()).toMatchObject({ FAILURE_CLASS: "checksum" });
    expect(workshop.outcome().FAILURE_CAUSE).toContain(`no SHA-256 is pinned for ${archive}: npm run pin`);
  });

  test.each([
    ["no line", "# nothing yet\n"],
    ["Packer's line", `${"0".repeat(64)}  packer_1.99.0_linux_amd64.zip\n`],
    ["two lines", `null  ${archive}\nnull  ${archive}\n`],
    ["a hostile name", "null  packer-plugin-amazon_1.99.0$(touch pwned)_linux_amd64.zip\n"],
  ])("is refused if the pin has %s", async (_, pin) => {
    const workshop = openWorkshop();

    const { code } = await install(workshop, pin, noHost);

    expect(code).not.toBe(0);
    expect(workshop.outcome()).toMatchObject({ FAILURE_CLASS: "checksum" });
    expect(existsSync(join(workshop.directory, "source/pwned"))).toBe(false);
  });

  test.each([
    ["does not have it", "template", () => serve({})],
    ["requires a login", "download", () => serve({}, 403)],
    ["does not answer", "download", async () => noHost],
  ])("that %s fails the build with class %s", async (_, expected, host) => {
    const workshop = openWorkshop();
    const url = await host();

    const { code } = await install(workshop, `${sha256(zip)}  ${archive}\n`, url);

    expect(code).not.toBe(0);
    expect(workshop.outcome()).toMatchObject({ FAILURE_CLASS: expected });
    expect(workshop.outcome().FAILURE_CAUSE).toContain(`${url}${path}`);
  });

  test.each([
    ["contains no plugin", Buffer.from(zipSync({ "LICENSE.txt": strToU8("MPL\n") })), "contains no file"],
    ["contains a plugin that does not run", archiveOf("#!/bin/sh\nexit 3\n"), "Failed to describe the plugin"],
  ])("whose archive %s fails the build with class template", async (_, bytes, cause) => {
    const workshop = openWorkshop();
    const url = await serve({ [path]: bytes });

    const { code } = await install(workshop, `${sha256(bytes)}  ${archive}\n`, url);

    expect(code).not.toBe(0);
    expect(workshop.outcome()).toMatchObject({ FAILURE_CLASS: "template" });
    expect(workshop.outcome().FAILURE_CAUSE).toContain(cause);
  });
});

test("templates, pin, local stack and the manual for mirrors name the same version of the plugin", () => {
  const { packer: packerVersion, amazonPlugin: version } = readToolVersions();
  const read = (file: string) => readFileSync(join(import.meta.dirname, "../..", file), "utf8");

  expect(read("packer/plugins.pkr.hcl")).toMatch(new RegExp(`amazon = \\{\\s+version = "${version}"`));
  expect(read("buildspec/packer-plugin-amazon.sha256")).toContain(
    `  packer-plugin-amazon_${version}_linux_amd64.zip\n`,
  );
  for (const [product, one] of [
    ["packer", packerVersion],
    ["packer-plugin-amazon", version],
  ])
    expect(read("docs/setup.md")).toContain(`\`/${product}/${one}/${product}_${one}_linux_amd64.zip\``);
});
