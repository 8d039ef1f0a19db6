import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { readConfiguration } from "../../../local/stack/local-configuration.ts";

let dir: string;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "configuration-"));
});

afterEach(() => rmSync(dir, { recursive: true }));

function write(name: string, text: string): string {
  writeFileSync(join(dir, name), text);
  return join(dir, name);
}

test("a configuration is read as it is now, with the files that it imports", async () => {
  const minor = (version: string) => write("minor.ts", `export const kubernetes: string = "${version}";`);
  const file = write(
    "config.ts",
    `import { kubernetes } from "./minor.ts";
     export const config = { variants: [{ windows: 2022, edition: "Core", kubernetes }] };`,
  );

  minor("1.34");
  const before = await readConfiguration(file);
  minor("1.35");
  const after = await readConfiguration(file);

  const names = [before, after].map(({ variants }) => variants.map(({ name }) => name));
  expect(names).toEqual([["windows-2022-core-1.34"], ["windows-2022-core-1.35"]]);
});

test.each([
  ["export const config = {", /reading the configuration: .*config\.ts:1: /],
  ["export const settings = {};", /config\.ts exports no "config"/],
  ["export const config = { variants: [{ windows: 2021 }] };", /windows is 2021; allowed: 2019, 2022, 2025/],
])("a configuration that cannot be used says why: %s", async (text, why) => {
  await expect(readConfiguration(write("config.ts", text))).rejects.toThrow(why);
});

test("a configuration that does not exist says so", async () => {
  await expect(readConfiguration(join(dir, "none.ts"))).rejects.toThrow(/none\.ts does not exist/);
});
