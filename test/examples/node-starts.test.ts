import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { rootDevice, useOf } from "../../cli/doctor/fast-launch/judge.ts";
import { cloudFormation, read } from "./files.ts";

type Ebs = { VolumeType?: string; Throughput?: number; VolumeInitializationRate?: number; SnapshotId?: string };
type Mapping = { DeviceName: string; Ebs: Ebs };

const name = "node-starts.cfn.yaml";
const ways = ["fast-launch", "provisioned-rate"] as const;

/** What the launch template of the nodes maps in one of the two ways. */
function mappingsOf(text: string, way: (typeof ways)[number]): Mapping[] {
  const { Conditions, Resources } = parse(text, { customTags: cloudFormation });
  const { BlockDeviceMappings: given } = Resources.LaunchTemplate.Properties.LaunchTemplateData;
  if (given === undefined || Array.isArray(given)) return given ?? [];
  const [condition, ifSo, ifNot] = given["Fn::If"];
  const [{ Ref: parameter }, value] = Conditions[condition]["Fn::Equals"];
  expect(parameter).toBe("Start");
  const chosen = way === value ? ifSo : ifNot;
  return chosen.Ref === "AWS::NoValue" ? [] : chosen;
}

/** What is wrong with the two ways: each must do its own thing, and nothing of the other's. */
function mistakesIn(text: string): string[] {
  const [fast, rated] = ways.map((way) => mappingsOf(text, way));
  const use = (mappings: Mapping[] = []) =>
    useOf({ kind: "auto-scaling-group", templates: [{ name, devices: mappings.map((one) => one.DeviceName) }] });
  const { VolumeInitializationRate: rate = 0, Throughput: throughput = 0, ...root } = rated?.[0]?.Ebs ?? {};
  return [
    ...(use(fast) === "yes" ? [] : ["a mapping beside Fast Launch"]),
    ...(use(rated) === "no" ? [] : ["a rate for another volume than the root volume"]),
    ...(rate >= 100 && rate <= 300 ? [] : [`a rate of ${rate} MiB/s`]),
    ...(throughput >= 125 && throughput <= 2000 ? [] : [`a throughput of ${throughput} MiB/s`]),
    ...(root.VolumeType === "gp3" ? [] : [`a throughput of ${root.VolumeType}`]),
    ...(root.SnapshotId === undefined ? [] : ["a snapshot of one image"]),
  ];
}

test("a group has Fast Launch or a provisioned rate, and never both", () => {
  expect(mistakesIn(read(name))).toEqual([]);
});

describe("refused:", () => {
  test.each([
    [
      "both at once",
      "          - !Ref AWS::NoValue\n",
      "          - [{ DeviceName: /dev/sda1, Ebs: {} }]\n",
      "a mapping",
    ],
    ["another device", "DeviceName: /dev/sda1", "DeviceName: /dev/xvda", "another volume"],
    ["a rate above EC2's", "VolumeInitializationRate: 300", "VolumeInitializationRate: 400", "a rate of 400"],
    ["no rate", "VolumeInitializationRate: 300", "DeleteOnTermination: true", "a rate of 0"],
    ["a throughput below gp3's own", " Throughput: 300", " Throughput: 100", "a throughput of 100"],
    ["a volume type without throughput", "VolumeType: gp3", "VolumeType: gp2", "a throughput of gp2"],
    ["a fixed snapshot", "Encrypted: true", "SnapshotId: snap-0123456789abcdef0", "a snapshot of one image"],
  ])("%s", (_, text, other, mistake) => {
    const before = read(name);
    expect(before).toContain(text);

    expect(mistakesIn(before.replace(text, other)).join("\n")).toContain(mistake);
  });
});

describe("Karpenter's nodes", () => {
  const nodeClass = read("karpenter-fast-launch.yaml");

  /** Why no node of the class would use Fast Launch, by what Karpenter 1.14.1 does with it. */
  function mistakesInClass(text: string): string[] {
    const { spec } = parse(text);
    const devices = (spec.blockDeviceMappings ?? []).map(({ deviceName }: { deviceName: string }) => deviceName);
    return [
      ...(/^Windows20\d\d$/.test(spec.amiFamily) ? [] : ["Karpenter takes the nodes for Linux"]),
      ...(devices.length > 0 ? [] : ["Karpenter maps the root volume itself"]),
      ...(devices.includes(rootDevice) ? ["the class maps the root volume"] : []),
    ];
  }

  test("can use Fast Launch with karpenter-fast-launch.yaml, and not with karpenter.yaml", () => {
    const [usual = ""] = read("karpenter.yaml").split("\n---\n");

    expect(mistakesInClass(nodeClass)).toEqual([]);
    expect(mistakesInClass(usual)).toEqual(["the class maps the root volume"]);
  });

  test.each([
    ["Custom", "amiFamily: Windows2022", "amiFamily: Custom", "Karpenter takes the nodes for Linux"],
    ["no mapping", / {2}blockDeviceMappings:[\s\S]*/, "", "Karpenter maps the root volume itself"],
    ["a mapping of the root", "deviceName: xvdf", "deviceName: /dev/sda1", "the class maps the root volume"],
  ])("cannot use it with %s", (_, text, other, mistake) => {
    expect(mistakesInClass(nodeClass.replace(text, other))).toEqual([mistake]);
  });
});
