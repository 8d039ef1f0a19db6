import { parse as parseHcl } from "@cdktf/hcl2json";
import { describe, expect, test } from "vitest";
import { callsIn, parse, syntaxErrors } from "../packer/powershell.ts";
import { read, readTemplate } from "./files.ts";

/** The parameters of Start-EKSBootstrap.ps1 (EKS user guide, "Bootstrap script configuration parameters"). */
const documented = [
  "EKSClusterName",
  "KubeletExtraArgs",
  "KubeProxyExtraArgs",
  "APIServerEndpoint",
  "Base64ClusterCA",
  "DNSClusterIP",
  "ServiceCIDR",
  "ExcludedSnatCIDRs",
];

type Template = { Resources: { LaunchTemplate: { Properties: { LaunchTemplateData: { UserData: UserData } } } } };
type UserData = { "Fn::Base64": { "Fn::Sub": string } };

function ofTemplate(name: string): string {
  const { Resources } = readTemplate(name) as Template;
  return Resources.LaunchTemplate.Properties.LaunchTemplateData.UserData["Fn::Base64"]["Fn::Sub"];
}

async function ofTerraform(): Promise<string> {
  const { resource } = await parseHcl("example.tf", read("auto-scaling-group.tf"));
  const expression: string = resource.aws_launch_template.windows_web[0].user_data;
  return /<<-EOT\n(.*)\n\s*EOT/s.exec(expression)?.[1] ?? "";
}

const all: [string, () => string | Promise<string>][] = [
  ["user-data.txt", () => read("user-data.txt")],
  ["managed-node-group.cfn.yaml", () => ofTemplate("managed-node-group.cfn.yaml")],
  ["auto-scaling-group.cfn.yaml", () => ofTemplate("auto-scaling-group.cfn.yaml")],
  ["node-starts.cfn.yaml", () => ofTemplate("node-starts.cfn.yaml")],
  ["auto-scaling-group.tf", ofTerraform],
];

/** What EC2Launch runs, with a value in place of what the template fills in. */
function scriptOf(userData: string): string {
  const [, script] =
    /^\s*<powershell>\n(.*)\n\s*<\/powershell>\s*(?:<persist>true<\/persist>\s*)?$/s.exec(userData) ?? [];
  if (!script) throw new Error(`no script between <powershell> and </powershell>: ${userData}`);
  return script.replace(/\$\{[^}]*\}/g, "value");
}

/** What is wrong with a script that is to join a node with EKS's script. */
function mistakesIn(name: string, text: string): string[] {
  const script = parse(name, text);
  const calls = callsIn(script.root).filter(({ node }) => node.text.includes("Start-EKSBootstrap.ps1"));
  const call = calls[0]?.node.text ?? "";
  const splatted = call.includes("@bootstrap") ? [...text.matchAll(/^ +(\w+)\s+= /gm)] : [];
  const given = [...splatted, ...call.matchAll(/ -(\w+) '/g)].map(([, key]) => `${key}`);
  return [
    ...syntaxErrors(script),
    ...(calls.length === 1 ? [] : [`${calls.length} calls`]),
    ...(call.startsWith('& "$env:ProgramFiles\\Amazon\\EKS\\Start-EKSBootstrap.ps1" ') ? [] : ["a wrong path"]),
    ...(given.includes("EKSClusterName") ? [] : ["no cluster"]),
    ...(text.includes("--register-with-taints=os=windows:NoSchedule") ? [] : ["no taint"]),
    ...given.filter((key) => !documented.includes(key)).map((key) => `unknown ${key}`),
  ];
}

describe("user data joins a node to its cluster with documented parameters of EKS's script:", () => {
  test.each(all)("%s", async (name, textOf) => {
    expect(mistakesIn(name, scriptOf(await textOf()))).toEqual([]);
  });
});

describe("a mistake in user data is found:", () => {
  test.each([
    ["a parameter that there is none", "DNSClusterIP ", "ClusterDNS ", "unknown ClusterDNS"],
    ["no cluster", "EKSClusterName ", "ClusterName ", "no cluster"],
    ["another script", "Start-EKSBootstrap.ps1", "bootstrap.sh", "0 calls"],
    ["another folder", "Amazon\\EKS", "Amazon\\EKS\\bin", "a wrong path"],
    ["an open text", "'my-cluster'", "'my-cluster", "user-data.txt:"],
  ])("%s", (_, text, other, mistake) => {
    const before = read("user-data.txt");
    expect(before).toContain(text);
    const found = mistakesIn("user-data.txt", scriptOf(before.replace(text, other)));

    expect(found.join("\n")).toContain(mistake);
  });

  test("no tag", () => {
    expect(() => scriptOf(read("user-data.txt").replace("<powershell>", "<script>"))).toThrow("no script between");
  });
});
