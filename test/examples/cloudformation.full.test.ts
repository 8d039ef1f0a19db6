import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { announce, cacheDirectory, type Site } from "../../local/tools/cache.ts";
import { withLock } from "../../local/tools/lock.ts";
import { runCommand } from "../../local/tools/programs.ts";
import { createPython, findPython } from "../../local/tools/python.ts";
import { examples, read, templates } from "./files.ts";

const site: Site = { cache: cacheDirectory(), log: (line) => process.stderr.write(`${line}\n`) };
const requirements = fileURLToPath(new URL("requirements.txt", import.meta.url));
const directory = mkdtempSync(join(tmpdir(), "examples-"));

/** Templates with a mistake, and the word that the finding has. */
const broken: [name: string, text: string, other: string, finding: string][] = [
  ["auto-scaling-group.cfn.yaml", "LifecycleTransition:", "Transition:", "'Transition' was unexpected"],
  ["auto-scaling-group.cfn.yaml", "!GetAtt RefreshRole.Arn", "!GetAtt RefreshRol.Arn", "RefreshRol"],
  ["managed-node-group.cfn.yaml", "Effect: NO_SCHEDULE", "Effect: NoSchedule", "NoSchedule"],
  ["managed-node-group.cfn.yaml", "MaxUnavailablePercentage:", "MaxUnavailablePercent:", "MaxUnavailablePercent"],
  ["node-starts.cfn.yaml", "VolumeInitializationRate:", "InitializationRate:", "'InitializationRate' was unexpected"],
  ["node-starts.cfn.yaml", "PoolState: Stopped", "PoolState: Asleep", "'Asleep' is not one of"],
  ["node-starts.cfn.yaml", "[WindowsNodes, MayReport]", "[WindowsNodes, WarmPool]", "Circular"],
  ["places/spoke.cfn.yaml", "Action: ec2:CopyImage", "Actions: ec2:CopyImage", "Actions"],
  ["places/spoke.cfn.yaml", "Condition: Rolls", "Condition: Roll", "Roll"],
];
const brokenFile = (index: number) => join(directory, `broken-${index}.yaml`);

/** What cfn-lint finds, warnings included: a line for each, which begins with the file. One run takes all files. */
let findings: string[];

beforeAll(async () => {
  for (const [index, [name, text, other]] of broken.entries()) {
    expect(read(name)).toContain(text);
    writeFileSync(brokenFile(index), read(name).replace(text, other));
  }
  if (!findPython(site, requirements))
    await withLock(site, () =>
      announce(site.log, "Installing cfn-lint", "about 30 seconds", () =>
        createPython(site, { name: "cfn-lint", requirements }),
      ),
    );
  const program = join(findPython(site, requirements) ?? "", "bin", "cfn-lint");
  const files = [...templates.map((name) => join(examples, name)), ...broken.map((_, index) => brokenFile(index))];
  const parameters = ["--format", "parseable", "--non-zero-exit-code", "none", "--", ...files];
  findings = (await runCommand("cfn-lint", program, parameters)).stdout.split("\n").filter(Boolean);
});
afterAll(() => rmSync(directory, { recursive: true }));

test.each(templates)("cfn-lint finds nothing in %s", (name) => {
  expect(findings.filter((line) => line.startsWith(join(examples, name)))).toEqual([]);
});

test.each(broken.map((one, index) => [...one, index] as const))(
  "cfn-lint refuses %s with a mistake: %s → %s",
  (_name, _text, _other, finding, index) => {
    expect(findings.filter((line) => line.startsWith(brokenFile(index))).join("\n")).toContain(finding);
  },
);
