import { readFileSync } from "node:fs";
import { argv } from "node:process";
import { pathToFileURL } from "node:url";
import { awsSigns } from "./aws-signs.mjs";

/** @typedef {{ class: string, cause: string }} Failure */

/** Failure classes that a script inside the guest may report. */
const guestClasses = ["checksum", "download", "updates", "provision", "test", "sysprep", "proof"];

/** The last line of a script that fails inside the guest. After WinRM is closed it appears on the serial console. */
const guestLine = /EKSWIN-FAILED ([a-z]+) ([a-z0-9-]+): (.+)$/gm;

const networkSign =
  /dial tcp|i\/o timeout|TLS handshake|no such host|connection (refused|reset|timed out)|unexpected EOF|context deadline exceeded|Client\.Timeout|\b(429|50[0234]) (Too Many Requests|Internal Server Error|Bad Gateway|Service Unavailable|Gateway Time-?out)/i;

const buildSigns = [
  ...awsSigns,
  { class: "connection", sign: /(Timeout|Error) waiting for (password|WinRM)/ },
  // 16001 and 2300218: the WinRM session broke while a script was running.
  {
    class: "connection",
    sign: /disconnected unexpectedly|non-zero exit status: (16001|2300218)\b|http (response )?error: 401|unknown error Post/,
  },
  { class: "connection", sign: networkSign },
  // The guest stops itself after sysprep; Packer only waits for it.
  { class: "sysprep", sign: /Error waiting for instance to stop/ },
  { class: "provision", sign: /non-zero exit status/ },
];

/** Packer logs this when a provisioner exceeds its time limit. */
export const timeoutSign = /Cancelling provisioner after a timeout/;

/** Packer logs this before it runs a script, and before it uploads or downloads a file. */
const provisionerSign = /Provisioning with powershell script: \S*?([\w-]+)\.ps1|((?:Up|Down)loading \S+) => /g;

/** Failure classes of steps that exceed their time limit, where they are not `provision`. */
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
 * Returns why Packer failed.
 * @param {"validate" | "build"} stage
 * @param {string} output Packer's output, without colours
 * @returns {Failure}
 */
export function classify(stage, output) {
  const cause = causeOf(output);
  if (stage === "validate") return { class: "template", cause };
  const said = guestFailure(output);
  if (said) return said;
  const late = timedOutStep(output);
  if (late) return late;
  const restart = lostRestart(output);
  if (restart) return restart;
  if (output.includes("Cancelling build after receiving")) return { class: "unknown", cause: "Packer was stopped" };
  // The output also contains errors that were retried, so Packer's closing errors take precedence.
  return {
    class:
      matching(buildSigns, closingErrors(output).join("\n")) ??
      matching(buildSigns, reportedErrors(output)) ??
      "unknown",
    cause,
  };
}

/**
 * Returns the failure that the guest reported last.
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
 * Returns the step or the transfer that exceeded its time limit.
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
    cause: oneLine(`${step ?? transfer ?? "a step"}: not finished within its time limit`),
  };
}

/**
 * A restart after which the machine did not answer, named after the step before it, because Packer names all restarts
 * alike.
 */
function lostRestart(output) {
  const error = closingErrors(output).find((message) => /(Timeout|Error) waiting for machine to restart/.test(message));
  if (!error) return undefined;
  const step = [...output.matchAll(provisionerSign)].at(-1)?.[1];
  return { class: "connection", cause: oneLine(step ? `restart after ${step}: ${error}` : error) };
}

/**
 * Returns the class of an error of EC2, if there is one.
 * @param {string} output
 * @returns {string | undefined}
 */
export function classOfAwsError(output) {
  return matching(awsSigns, closingErrors(output).join("\n")) ?? matching(awsSigns, reportedErrors(output));
}

/**
 * Returns Packer's error on one line.
 * @param {string} output
 */
export function causeOf(output) {
  const lines = output.split(/\r?\n/).filter((line) => line.trim());
  const hcl = lines.find((line) => /^Error: /.test(line));
  return oneLine(closingErrors(output)[0] ?? hcl ?? lines.at(-1) ?? "Packer printed nothing");
}

/** Packer repeats each error with an arrow below "Some builds didn't complete successfully and had errors:". */
function closingErrors(output) {
  return [...output.matchAll(/^--> [^:\n]+: (.+)$/gm)].map(([, message]) => message);
}

function reportedErrors(output) {
  return output
    .split(/\r?\n/)
    .filter((line) => /^==> [^:]+: .*(error|timeout|state change details)/i.test(line))
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
