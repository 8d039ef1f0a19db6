import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runCommand } from "../../local/tools/programs.ts";
import { examples, read } from "./files.ts";
import { describeWithGo, filesOf, kubernetesProgram } from "./go.ts";
import { karpenter } from "./pins.ts";

type Verdict = { kind: string; name: string; errors: string[] };

describeWithGo("a Kubernetes API server", () => {
  let program: string;
  let definitions: string;
  const directory = mkdtempSync(join(tmpdir(), "examples-"));

  beforeAll(async () => {
    definitions = await filesOf(karpenter);
    program = await kubernetesProgram();
  });
  afterAll(() => rmSync(directory, { recursive: true }));

  async function judge(file: string): Promise<Verdict[]> {
    const crds = ["karpenter.k8s.aws_ec2nodeclasses.yaml", "karpenter.sh_nodepools.yaml"];
    const parameters = [...crds.map((name) => join(definitions, name)), "--", file];
    return JSON.parse((await runCommand("judging the example", program, parameters)).stdout);
  }

  /** The errors in an example in which a text is replaced. */
  async function errorsWith(name: string, text: string, other: string): Promise<string[]> {
    const before = read(name);
    expect(before).toContain(text);
    writeFileSync(join(directory, name), before.replace(text, other));
    return (await judge(join(directory, name))).flatMap(({ errors }) => errors);
  }

  test.each([
    ["karpenter.yaml", ["EC2NodeClass", "NodePool"]],
    ["karpenter-fast-launch.yaml", ["EC2NodeClass"]],
    ["windows-pods.yaml", ["ConfigMap", "RuntimeClass", "Deployment", "PodDisruptionBudget"]],
  ])("takes %s", async (name, kinds) => {
    const verdicts = await judge(join(examples, name));

    expect(verdicts.map(({ kind }) => kind)).toEqual(kinds);
    expect(verdicts.flatMap(({ errors }) => errors)).toEqual([]);
  });

  describe("refuses", () => {
    test.each([
      [
        "a budget with a duration and no schedule",
        '        schedule: "0 6 * * mon-fri"\n',
        "",
        "'schedule' must be set with 'duration'",
      ],
      ["a reason that there is none", "[Drifted]", "[Outdated]", "supported values"],
      ["a schedule with a wrong form", '"0 6 * * mon-fri"', '"at six"', "budgets[1].schedule"],
      [
        "a parameter without amiFamily",
        "  amiFamily: Windows2022\n",
        "",
        "must specify amiFamily if amiSelectorTerms does not contain an alias",
      ],
      [
        "volumeInitializationRate without a snapshot",
        "volumeType: gp3",
        "volumeInitializationRate: 200",
        "snapshotID must be set",
      ],
      [
        "an alias beside a parameter",
        "    - ssmParameter:",
        "    - alias: windows2022@latest\n    - ssmParameter:",
        "'alias' is mutually exclusive",
      ],
      ["a field that there is none", "consolidateAfter:", "consolidateLater:", "unknown field"],
    ])("%s", async (_, text, other, error) => {
      expect((await errorsWith("karpenter.yaml", text, other)).join("\n")).toContain(error);
    });

    test.each([
      ["a volume without a size", "volumeSize: 1Gi", "throughput: 125", "snapshotID or volumeSize must be defined"],
      [
        "a rate without a snapshot",
        "volumeType: gp3",
        "volumeInitializationRate: 200",
        "snapshotID must be set when volumeInitializationRate is set",
      ],
      [
        "a rate that EC2 has not",
        "volumeType: gp3",
        "snapshotID: snap-0123456789abcdef0\n        volumeInitializationRate: 400",
        "less than or equal to 300",
      ],
    ])("%s in karpenter-fast-launch.yaml", async (_, text, other, error) => {
      expect((await errorsWith("karpenter-fast-launch.yaml", text, other)).join("\n")).toContain(error);
    });

    test.each([
      [
        "a field that there is none",
        "runtimeClassName:",
        "runtimeClass:",
        'unknown field "spec.template.spec.runtimeClass"',
      ],
      ["a number for a text", 'enable-windows-ipam: "true"', "enable-windows-ipam: true", "cannot unmarshal bool"],
      ["a kind that there is none", "kind: RuntimeClass", "kind: RuntimeClasses", "no kind"],
    ])("%s in a built-in kind", async (_, text, other, error) => {
      expect((await errorsWith("windows-pods.yaml", text, other)).join("\n")).toContain(error);
    });
  });
});
