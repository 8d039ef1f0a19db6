import { readFileSync } from "node:fs";
import { argv } from "node:process";
import { pathToFileURL } from "node:url";

/** @typedef {{ class: string, cause: string }} Failure */

/** What a script inside the guest may say of itself. */
const guestClasses = ["checksum", "download", "updates", "provision", "test", "sysprep", "proof"];

/** The line that a script inside the guest ends with when it fails, also on the serial console after WinRM is gone. */
const guestLine = /EKSWIN-FAILED ([a-z]+) ([a-z0-9-]+): (.+)$/gm;

/** What EC2 answers. The same words whichever of Packer's steps asks. */
const awsSigns = [
  {
    class: "capacity",
    sign: /Insufficient(Instance|Host|ReservedInstance|Volume|Address)?Capacity\w*|InsufficientFreeAddressesInSubnet/,
  },
  {
    class: "capacity",
    sign: /\b(Vcpu|Instance|Volume|MaxIOPS|Snapshot|ConcurrentSnapshot|SecurityGroup|Address)LimitExceeded\b|\bSecurityGroupsPerInterfaceLimitExceeded\b|\bResourceLimitExceeded\b/,
  },
  {
    class: "throttling",
    sign: /\bRequestLimitExceeded\b|\bThrottl(ing|ed)\w*|\bTooManyRequests\w*|\bSlowDown\b|\bRate exceeded\b|\bEC2ThrottledException\b|\bBandwidthLimitExceeded\b/,
  },
];

const networkSign =
  /dial tcp|i\/o timeout|TLS handshake|no such host|connection (refused|reset|timed out)|unexpected EOF|context deadline exceeded|Client\.Timeout|\b(429|50[0234]) (Too Many Requests|Internal Server Error|Bad Gateway|Service Unavailable|Gateway Time-?out)/i;

/** `init` fetches the plugin and checks it against its signed sums. */
const initSigns = [
  { class: "checksum", sign: /checksum/i },
  { class: "download", sign: networkSign },
  { class: "download", sign: /rate limit/i },
];

const buildSigns = [
  ...awsSigns,
  { class: "connection", sign: /(Timeout|Error) waiting for (password|WinRM)/ },
  // 16001 and 2300218: the WinRM session broke under a running script.
  {
    class: "connection",
    sign: /disconnected unexpectedly|non-zero exit status: (16001|2300218)\b|http (response )?error: 401|unknown error Post/,
  },
  { class: "connection", sign: networkSign },
  // The guest stops itself after sysprep; Packer only waits.
  { class: "sysprep", sign: /Error waiting for instance to stop/ },
  { class: "provision", sign: /non-zero exit status/ },
];

/** Packer's word that a provisioner has used up its time. */
export const timeoutSign = /Cancelling provisioner after a timeout/;

/** How Packer begins a script, and a file that it sends or fetches. */
const provisionerSign = /Provisioning with powershell script: \S*?([\w-]+)\.ps1|((?:Up|Down)loading \S+) => /g;

/** What a step that runs out of time stands for, where that is not `provision`. */
const classOfTimedOutStep = {
  "10-files": "connection",
  "10-harvest": "connection",
  "20-windows-updates": "updates",
  "25-updates-complete": "updates",
  "30-aws-cli": "download",
  "31-harvested-files": "download",
  "32-containerd-install": "download",
  "33-kubernetes": "download",
  "34-eks-tools": "download",
  "50-container-images": "download",
  "70-verify": "test",
  "85-appx": "sysprep",
  "90-sysprep": "sysprep",
};

/**
 * Why Packer failed.
 * @param {"init" | "validate" | "build"} stage
 * @param {string} output what Packer wrote, without colours
 * @returns {Failure}
 */
export function classify(stage, output) {
  const cause = causeOf(output);
  if (stage === "validate") return { class: "template", cause };
  if (stage === "init") return { class: matching(initSigns, output) ?? "template", cause };
  const said = guestFailure(output);
  if (said) return said;
  const late = timedOutStep(output);
  if (late) return late;
  const restart = lostRestart(output);
  if (restart) return restart;
  if (output.includes("Cancelling build after receiving")) return { class: "unknown", cause: "Packer was stopped" };
  // What went wrong on the way and was tried again stands in the output too: Packer's closing words come first.
  return {
    class:
      matching(buildSigns, closingErrors(output).join("\n")) ?? matching(buildSigns, complaints(output)) ?? "unknown",
    cause,
  };
}

/**
 * What the last script that failed inside the guest said.
 * @param {string} output
 * @returns {Failure | undefined}
 */
export function guestFailure(output) {
  const last = [...output.matchAll(guestLine)].at(-1);
  if (!last) return undefined;
  const [, word, step, cause] = last;
  return { class: guestClasses.includes(word) ? word : "provision", cause: oneLine(`${step}: ${cause}`) };
}

/**
 * The step or the transfer that Packer gave up because its time was over.
 * @param {string} output
 * @returns {Failure | undefined}
 */
export function timedOutStep(output) {
  const until = output.search(timeoutSign);
  if (until === -1) return undefined;
  const last = [...output.slice(0, until).matchAll(provisionerSign)].at(-1);
  const [, step, transfer] = last ?? [];
  return {
    class: transfer ? "connection" : (classOfTimedOutStep[step] ?? "provision"),
    cause: oneLine(`${step ?? transfer ?? "a step"}: not done in the time it has`),
  };
}

/** The restart that a machine did not come back from, by the step before it: Packer calls all of them the same. */
function lostRestart(output) {
  const error = closingErrors(output).find((message) => /(Timeout|Error) waiting for machine to restart/.test(message));
  if (!error) return undefined;
  const step = [...output.matchAll(provisionerSign)].at(-1)?.[1];
  return { class: "connection", cause: oneLine(step ? `restart after ${step}: ${error}` : error) };
}

/**
 * What EC2's answers alone say.
 * @param {string} output
 * @returns {string | undefined}
 */
export function classOfAwsError(output) {
  return matching(awsSigns, closingErrors(output).join("\n")) ?? matching(awsSigns, complaints(output));
}

/**
 * The error in Packer's words, in one line.
 * @param {string} output
 */
export function causeOf(output) {
  const lines = output.split(/\r?\n/).filter((line) => line.trim());
  const hcl = lines.find((line) => /^Error: /.test(line));
  return oneLine(closingErrors(output)[0] ?? hcl ?? lines.at(-1) ?? "Packer said nothing");
}

/** Under "Some builds didn't complete successfully and had errors:" Packer repeats each with an arrow. */
function closingErrors(output) {
  return [...output.matchAll(/^--> [^:\n]+: (.+)$/gm)].map(([, message]) => message);
}

function complaints(output) {
  return output
    .split(/\r?\n/)
    .filter((line) => /^==> [^:]+: .*(error|timeout)/i.test(line))
    .join("\n");
}

function matching(signs, text) {
  return signs.find(({ sign }) => sign.test(text))?.class;
}

function oneLine(text) {
  return text
    .replace(/[\s\p{Cc}]+/gu, " ")
    .trim()
    .slice(0, 500);
}

if (import.meta.url === pathToFileURL(argv[1] ?? "").href) {
  const failure = classify(argv[2], readFileSync(argv[3], "utf8"));
  process.stdout.write(`${failure.class}\n${failure.cause}\n`);
}
