import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv, type ValidateFunction } from "ajv";
import { beforeAll, expect, test } from "vitest";
import { parse } from "yaml";
import { read } from "./files.ts";
import { describeWithGo, filesOf } from "./go.ts";
import { eksctl } from "./pins.ts";

describeWithGo("eksctl's schema", () => {
  let validate: ValidateFunction;

  beforeAll(async () => {
    const schema = JSON.parse(readFileSync(join(await filesOf(eksctl), "schema.json"), "utf8"));
    // The schema has words of editors, such as x-intellij-html-description, and types beside $ref.
    validate = new Ajv({ strict: false, allErrors: true }).compile(schema);
  });

  function errorsWith(text: string, other: string): string[] {
    const before = read("eksctl.yaml");
    expect(before).toContain(text);
    validate(parse(before.replace(text, other)));
    return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
  }

  test("takes the example", () => {
    expect(errorsWith("", "")).toEqual([]);
  });

  test.each([
    ["an unknown field", "launchTemplate:", "template:", "/managedNodeGroups/0 must NOT have additional properties"],
    ["a template without ID", "id: lt-0123456789abcdef0", "name: windows", "must have required property 'id'"],
    [
      "a version that is no text",
      'version: "1"',
      "version: 1",
      "/managedNodeGroups/0/launchTemplate/version must be string",
    ],
    [
      "an unknown family",
      "WindowsServer2022CoreContainer",
      "WindowsServer2022",
      "/managedNodeGroups/0/amiFamily must be equal to one of",
    ],
  ])("refuses %s", (_, text, other, error) => {
    expect(errorsWith(text, other).join("\n")).toContain(error);
  });
});
