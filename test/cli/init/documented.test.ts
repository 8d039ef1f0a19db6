import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { cli } from "../cli.ts";

test("docs/init.md has every option of init", async () => {
  const { stdout } = await cli(["init", "--help"]);
  const [, own = ""] = stdout.split("\nOptions:\n");
  const options = [...own.matchAll(/^ {2}(--\w+)/gm)].map(([, option]) => option);
  const documented = [...readFileSync("docs/init.md", "utf8").matchAll(/^\| `(--\w+)` \|/gm)].map(
    ([, option]) => option,
  );
  expect(options.length).toBeGreaterThan(5);
  expect(documented).toEqual(options);
});
