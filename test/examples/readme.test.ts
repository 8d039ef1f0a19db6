import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { examples, names, read } from "./files.ts";
import { eksctl, karpenter } from "./pins.ts";

const readme = readFileSync(join(examples, "README.md"), "utf8");

test("the README has a row for each example, and for nothing else", () => {
  const rows = [...readme.matchAll(/^\| \[`([^`]+)`\]\(([^)]+)\) \| ./gm)];

  expect(rows.map(([, name]) => name).toSorted()).toEqual(names);
  expect(rows.filter(([, name, link]) => name !== link)).toEqual([]);
});

test("the README names the versions that the tests check with", () => {
  const pinned = (file: string, pattern: RegExp) =>
    pattern.exec(readFileSync(join(import.meta.dirname, file), "utf8"))?.[1];
  const kubernetes = pinned("kubernetes/go.mod", /k8s\.io\/api v0\.(\S+)/);
  const cfnLint = pinned("requirements.txt", /cfn-lint==(\S+)/);

  expect(readme).toContain(
    `Checked with Karpenter ${karpenter.version.slice(1)}, eksctl ${eksctl.version.slice(1)}, the API of Kubernetes ` +
      `1.${kubernetes}, cfn-lint ${cfnLint} and`,
  );
});

describe("every parameter that an example names is one that the service writes:", () => {
  const named = names.flatMap((name) =>
    [...read(name).matchAll(/\/eks-windows-images\/[\w./<>-]+/g)].map(([path]) => [name, path] as const),
  );

  test.each(named)("%s: %s", (_, path) => {
    expect(path).toMatch(
      /^\/eks-windows-images\/(production\/channels\/windows-2022-core-1\.35\/stable|<stage>\/fleets\/<name>)$/,
    );
  });
});
