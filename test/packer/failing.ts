import { proofFailing, stepFailing, sysprepFailing } from "../../local/recordings/failures.ts";
import {
  hasty,
  type Injection,
  machines,
  otherHarvestedFiles,
  otherManifest,
  otherTemplate,
  refused,
  type Step,
  stepsBelow,
  withShortProof,
} from "./injections.ts";

/** A run that fails, and what it must report. */
export type Failing = {
  what: string;
  injection: Injection;
  /** The order; by default a build of layer. */
  kind?: "layer" | "assemble" | "harvest";
  /** The script that fails by itself. */
  step?: string;
  failureClass: string;
  cause: string;
  /** Text in the last lines of the log before Packer's clean-up; by default the cause without the step's name. */
  said?: string;
};

const noCapacity = { code: "InsufficientInstanceCapacity", message: "There is no capacity" };

/** The build makes an image, but it is not proved. */
export const unproved: (Failing & { proof: string | undefined })[] = [
  {
    what: "its machine does not answer over WinRM",
    injection: withShortProof(machines({ step: "boot", hang: true }, "proof"), "8s"),
    failureClass: "proof",
    cause: "Timeout waiting for WinRM.",
    proof: "failed",
  },
  {
    what: "one of its checks fails",
    injection: machines({ step: "10-checks", ...proofFailing([{ name: "disk", detail: "Only 3 % free" }]) }, "proof"),
    failureClass: "proof",
    cause: "failed checks: disk (Only 3 % free)",
    said: "failed disk: Only 3 % free",
    proof: "failed",
  },
  {
    what: "it does not demand IMDSv2",
    injection: otherTemplate("source.pkr.hcl", /\n *imds_support .*/, ""),
    failureClass: "proof",
    cause: "the image does not demand IMDSv2: its ImdsSupport is None, expected v2.0",
    said: "EKSWIN-PROOF passed",
    proof: "failed",
  },
  {
    what: "its organization denies an instance without required metadata tokens",
    injection: otherTemplate("proof/source.pkr.hcl", /(http_tokens *= )"required"/, '$1"optional"'),
    failureClass: "refused",
    cause: "UnauthorizedOperation",
    proof: undefined,
  },
  {
    what: "its checks cannot run",
    injection: machines({ step: "10-checks", ...stepFailing("10-checks", "proof", "failure injected") }, "proof"),
    failureClass: "unproved",
    cause: "10-checks: failure injected",
    proof: undefined,
  },
  {
    what: "there is no capacity for its machine",
    injection: refused("RunInstances", { ...noCapacity, after: 1 }),
    failureClass: "capacity",
    cause: "InsufficientInstanceCapacity",
    proof: undefined,
  },
];

const specific: Failing[] = [
  {
    what: "Windows cannot be generalized",
    injection: hasty(
      machines({ step: "90-sysprep", ...sysprepFailing("Windows cannot be generalized: Package Contoso.Two_1.0") }),
      {},
      { CONSOLE_POLL_SECONDS: "4" },
    ),
    step: "90-sysprep",
    failureClass: "sysprep",
    cause: "90-sysprep: Windows cannot be generalized: Package Contoso.Two_1.0",
  },
  {
    what: "EC2 refuses to create it",
    injection: refused("CreateImage", { code: "InvalidRequest", message: "The image cannot be made" }),
    failureClass: "unknown",
    cause: "Error creating AMI: operation error EC2: CreateImage",
    said: "InvalidRequest: The image cannot be made",
  },
  {
    what: "a harvested file differs from the manifest",
    injection: otherHarvestedFiles,
    kind: "assemble",
    step: "31-harvested-files",
    failureClass: "checksum",
    cause: "31-harvested-files: s3://",
  },
  {
    what: "the manifest is not the ordered one",
    injection: otherManifest,
    kind: "assemble",
    failureClass: "checksum",
    cause: "manifest.json has the SHA-256 ",
  },
  {
    what: "kubelet has another checksum",
    injection: machines({
      step: "33-kubernetes",
      ...stepFailing("33-kubernetes", "checksum", "https://dl.k8s.io/kubelet.exe has the SHA-256 0"),
    }),
    step: "33-kubernetes",
    failureClass: "checksum",
    cause: "33-kubernetes: https://dl.k8s.io/kubelet.exe has the SHA-256 0",
  },
  {
    what: "a restart never ends",
    injection: hasty(machines({ step: "restart", hang: true }), { restart_timeout: "10s" }),
    failureClass: "connection",
    cause: "Timeout waiting for machine to restart.",
  },
  {
    what: "updates never end",
    injection: hasty(machines({ step: "20-windows-updates", hang: true }), { updates_timeout: "3s" }),
    step: "20-windows-updates",
    failureClass: "updates",
    cause: "20-windows-updates: not finished within its time limit",
    said: "Cancelling provisioner after a timeout",
  },
  {
    what: "its machine does not answer over WinRM",
    injection: hasty(machines({ step: "boot", hang: true }), { winrm_timeout: "8s" }),
    failureClass: "connection",
    cause: "Timeout waiting for WinRM.",
  },
  {
    what: "there is no capacity",
    injection: refused("RunInstances", noCapacity),
    failureClass: "capacity",
    cause: "InsufficientInstanceCapacity",
  },
];

const ofAssembleOnly = ["15-containers-feature", "32-containerd-install", "85-appx"];

/**
 * The build makes no image. Every script of the recipe fails once, by itself or because a failure is injected.
 */
export const failing: Failing[] = [
  ...stepsBelow("scripts")
    .filter(({ name }) => !specific.some(({ step }) => step === name))
    .toReversed()
    .map((step) => scriptFailing(step, ofAssembleOnly.includes(step.name) ? "assemble" : "layer")),
  ...specific,
];

/** The harvest leaves no manifest. */
export const barren: Failing[] = stepsBelow("harvest/scripts").map((step) => scriptFailing(step, "harvest"));

function scriptFailing({ name, failureClass }: Step, kind: "layer" | "assemble" | "harvest"): Failing {
  return {
    what: `${name} fails`,
    injection: machines({ step: name, ...stepFailing(name, failureClass, "failure injected") }),
    kind,
    step: name,
    failureClass,
    cause: `${name}: failure injected`,
  };
}
