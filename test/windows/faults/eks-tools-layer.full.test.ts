import { runBefore } from "../../../local/windows/snapshots.ts";
import { describeWithPowerShell, packerDirectory } from "../runs.ts";
import { layer } from "./faults.ts";
import { type FailingCase, type PassingCase, testInTurn } from "./in-turn.ts";

const eks = "C:\\Program Files\\Amazon\\EKS";
const different = "This is not as in AWS's EKS image: ";

/** Updates, or an update that AWS did not foresee, may take away what the base had. */
const cases: (FailingCase | PassingCase)[] = [
  {
    what: "fails without the bootstrap",
    files: { [`${eks}\\Start-EKSBootstrap.ps1`]: null },
    failure: {
      class: "provision",
      cause: `There is no ${eks}\\Start-EKSBootstrap.ps1, by which user data makes a node.`,
    },
  },
  {
    what: "fails if a file of the base is missing",
    files: { [`${eks}\\cni\\vpc-bridge.exe`]: null },
    failure: {
      class: "provision",
      cause: `There is no ${eks}\\cni\\vpc-bridge.exe, without which no node of EKS comes up.`,
    },
  },
  {
    what: "fails if a service, a task and the file of none of both are missing, and names all",
    state: (state) => {
      delete state.services["csi-proxy"];
      delete state.tasks["\\EKS Windows startup task"];
    },
    failure: {
      class: "provision",
      cause:
        `${different}no service runs csi-proxy.exe, as csi-proxy does there; ` +
        "there is no scheduled task EKS Windows startup task.",
    },
  },
  {
    what: "warns of a setting that the updates have changed, and if no file tells kubelet of ECR",
    files: { [`${eks}\\credential-providers\\CredentialProviderConfig.json`]: "{}" },
    state: (state) => {
      state.tcp = { dynamicPortStart: 1025, dynamicPorts: 60000 };
    },
    says: [
      `WARNING: Nothing below ${eks} has a CredentialProviderConfig, without which kubelet gets nothing from ECR.`,
      "WARNING: Windows updates changed what AWS's image has: ports tcp is '1025 60000' instead of '49152 16384'.",
      "files of EKS, csi-proxy, the tasks and the settings are in place, as in AWS's EKS image.",
    ],
  },
];

describeWithPowerShell("what AWS adds to its image, on AWS's image", (bench) =>
  testInTurn(bench, {
    script: "34-eks-tools",
    start: (bench) => runBefore(bench, layer, "34-eks-tools", packerDirectory),
    cases,
  }),
);
