import { beforeAll } from "vitest";
import type { Harvest } from "../../../local/windows/builds.ts";
import { runBefore } from "../../../local/windows/snapshots.ts";
import { describeWithPowerShell, packerDirectory } from "../runs.ts";
import { assembly, harvestFor } from "./faults.ts";
import { type Case, type FailingCase, type PassingCase, testInTurn } from "./in-turn.ts";

const eks = "C:\\Program Files\\Amazon\\EKS";
const bootstrap = `${eks}\\Start-EKSBootstrap.ps1`;
const setup = "C:\\ProgramData\\eks-windows-images\\eks.json";
const refused = "Access is denied.";

type Setting = { kind: string; name: string; value: string };

/** A harvest of an image that has this setting otherwise. */
function harvested(setting: Setting): Case["files"] {
  return {
    [setup]: (content) => {
      const described = JSON.parse(content);
      const others = described.eks.settings.filter(
        ({ kind, name }: Setting) => kind !== setting.kind || name !== setting.name,
      );
      return JSON.stringify({ ...described, eks: { ...described.eks, settings: [...others, setting] } });
    },
  };
}

/** CDXML cmdlets that are refused end nothing by themselves. */
function refusing(command: string): FailingCase {
  return {
    what: `fails if ${command} is refused`,
    state: (state) => state.refusals.push({ command, message: refused }),
    failure: { class: "provision", cause: refused },
  };
}

const cases: (FailingCase | PassingCase)[] = [
  {
    what: "fails if the bootstrap loads an HNS module that was not harvested",
    files: { [bootstrap]: "Import-Module 'C:\\Program Files\\Microsoft\\Hns\\hns.psm1'" },
    failure: { class: "provision", cause: "There is no C:\\Program Files\\Microsoft\\Hns\\hns.psm1, without which" },
  },
  {
    what: "fails if no file tells kubelet of ECR",
    files: {
      [`${eks}\\credential-providers`]: null,
      [`${eks}\\credential-providers\\ecr-credential-provider.exe`]: "",
    },
    failure: {
      class: "provision",
      cause: "has a CredentialProviderConfig, without which kubelet gets nothing from ECR.",
    },
  },
  {
    what: "fails if the bootstrap needs AWS Tools for PowerShell, which are missing",
    files: {
      [bootstrap]: "$cluster = Get-EKSCluster -Name $EKSClusterName",
      "C:\\Program Files\\WindowsPowerShell\\Modules\\AWSPowerShell": null,
    },
    failure: {
      class: "provision",
      cause: "There are no AWS Tools for PowerShell, without which the bootstrap finds no",
    },
  },
  ...["Register-ScheduledTask", "New-Service", "New-NetFirewallRule"].map(refusing),
  { ...refusing("Add-MpPreference"), files: harvested({ kind: "ExclusionPath", name: "C:\\x", value: "excluded" }) },
  {
    what: "fails if the rule of the firewall is there without effect",
    state: ({ firewallRules }) => {
      const rule = { direction: "Inbound", protocol: "TCP", localPort: "10250", action: "Allow" };
      firewallRules["eks-node-kubelet"] = { ...rule, displayName: "kubelet", enabled: "False" };
    },
    failure: {
      class: "provision",
      cause: "The firewall does not let the control plane in: its rule eks-node-kubelet is missing or has no effect.",
    },
  },
  {
    what: "fails if a feature of AWS's image cannot be installed",
    files: harvested({ kind: "feature", name: "Web-Server", value: "installed" }),
    state: ({ features }) => {
      features["Web-Server"] = "Removed";
    },
    failure: {
      class: "provision",
      cause: "The feature Web-Server, which AWS's image has, cannot be installed: Failed.",
    },
  },
  {
    what: "fails if Windows refuses the dynamic ports",
    files: harvested({ kind: "ports", name: "udp", value: "60000 60000" }),
    failure: {
      class: "provision",
      cause: "netsh.exe exited with 1: The parameter is incorrect. (arguments: interface",
    },
  },
  {
    what: "fails if csi-proxy is missing",
    files: { [`${eks}\\bin\\csi-proxy.exe`]: null },
    failure: {
      class: "provision",
      cause: `This is not as in AWS's EKS image: there is no ${eks}\\bin\\csi-proxy.exe.`,
    },
  },
  {
    what: "fails if a service cannot be disabled",
    files: harvested({ kind: "service", name: "AmazonSSMAgent", value: "Disabled" }),
    state: (state) => state.refusals.push({ command: "Set-Service", message: refused }),
    failure: {
      class: "provision",
      cause: "This is not as in AWS's EKS image: service AmazonSSMAgent is 'Auto' instead of 'Disabled'.",
    },
  },
  {
    what: "warns if a service cannot be started as AWS's image starts it",
    files: harvested({ kind: "service", name: "wuauserv", value: "Auto" }),
    state: (state) => state.refusals.push({ command: "Set-Service", message: refused }),
    says: [
      `WARNING: The service wuauserv stays Manual: ${refused}`,
      "the settings are in place, as in AWS's EKS image.",
    ],
  },
];

describeWithPowerShell("what AWS adds to its image, on plain Windows", (bench) => {
  let harvest: Harvest;
  beforeAll(async () => {
    harvest = await harvestFor(bench());
  });

  testInTurn(bench, {
    script: "34-eks-tools",
    start: (bench) => runBefore(bench, assembly(harvest), "34-eks-tools", packerDirectory),
    cases,
  });
});
