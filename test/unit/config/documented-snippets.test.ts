import { globSync, readFileSync } from "node:fs";
import { transformSync } from "esbuild";
import { expect, test } from "vitest";
import { type ConfigurationInput, parseConfiguration } from "../../../functions/config/configuration.ts";

const usual: ConfigurationInput = { variants: [{ windows: 2022, kubernetes: "1.35" }] };

/** The parts of `config.ts` that documents show: each is some fields of the object. */
const snippets = ["README.md", ...globSync("docs/*.md")].flatMap((file) =>
  [...readFileSync(file, "utf8").matchAll(/```ts\n([\s\S]*?)```/g)].map(([, fields = ""]) => ({ file, fields })),
);

test("the documents show parts of config.ts", () => {
  expect(snippets.map(({ file }) => file)).toEqual(expect.arrayContaining(["README.md", "docs/customizing.md"]));
});

test.each(snippets)("what $file shows of config.ts can be used", async ({ fields }) => {
  const { code } = transformSync(`export const shown = {\n${fields}\n};`, { loader: "ts", format: "esm" });
  const { shown } = await import(`data:text/javascript,${encodeURIComponent(code)}`);

  expect(() => parseConfiguration({ ...usual, ...shown })).not.toThrow();
});
