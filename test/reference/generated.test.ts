import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { generated } from "../../reference/files.ts";

describe("npm run reference would change nothing in", () => {
  test.each(Object.entries(generated()))("%s", (file, text) => {
    expect(readFileSync(file, "utf8")).toBe(text);
  });
});
