import { readFileSync } from "node:fs";
import { argv } from "node:process";
import { pathToFileURL } from "node:url";
import { stripVTControlCharacters } from "node:util";

/** Characters of all lines together, with the quotes and commas of their JSON. */
const mostCharacters = 1500;
const longestLine = 300;

/** `==> amazon-ebs.layer: ` before a line of Packer's, four spaces instead of the arrow before the guest's. */
const prefix = /^(==>| {3}) [a-z-]+\.[\w-]+: ?/;

/** How Packer begins a step. */
const stepSign =
  /^(Prevalidating |Creating temporary |Launching a source AWS instance|Waiting for (auto-generated password|WinRM|the instance to stop)|Provisioning with |Uploading .+ => |Downloading .+ => |Restarting Machine|Stopping the source instance|Creating AMI )/;

/** What tells nothing: the tags that Packer gives, its clean-up after the failure and its closing words. */
const noise =
  /^(Adding tag: |Terminating the source AWS instance|Cleaning up any extra volumes|No volumes to clean up|Deleting (temporary|volume)|Deregistering |Provisioning step had errors: |Cancelling build after receiving|==> Wait completed after|==> Some builds didn't complete|--> |==> Builds finished but no artifacts|Cleanly cancelled builds|Build '[^']+' finished after)/;

/**
 * The last lines of the step that failed, newest last: each whole up to 300 characters, without control characters, together at most 1,500
 * as JSON.
 * @param {string} output Packer's
 * @returns {string[]}
 */
export function failureLines(output) {
  const lines = output.split(/\r?\n/).map(plain).filter(Boolean);
  const said = untilStop(lines, output).filter((line) => !noise.test(line));
  const step = said.slice(
    Math.max(
      0,
      said.findLastIndex((line) => stepSign.test(line)),
    ),
  );
  const last = [];
  for (const line of step.filter(isNews).map(clip).reverse()) {
    if (JSON.stringify([line, ...last]).length > mostCharacters) break;
    last.unshift(line);
  }
  return last;
}

/** A proof that found something is all right to Packer: what matters then is the last script, before its report is fetched and the machine stopped. */
function untilStop(lines, output) {
  const stop = lines.findIndex((line) => /^Stopping the source instance/.test(line));
  if (stop === -1 || output.includes("==> Some builds didn't complete")) return lines;
  return lines.slice(0, stop).filter((line) => !/^Downloading .+ => /.test(line));
}

/** At the end Packer says once more what it has said of most errors. */
function isNews(line, index, lines) {
  const error = /^Build '[^']+' errored after [^:]+: (.+)$/.exec(line)?.[1];
  return error === undefined || !lines.slice(0, index).includes(error);
}

function plain(line) {
  return stripVTControlCharacters(line)
    .replace(prefix, "")
    .replace(/[\p{Cc}\p{Cs}]+/gu, " ")
    .trimEnd();
}

function clip(line) {
  return line.length > longestLine ? `${line.slice(0, longestLine - 1)}…` : line;
}

if (import.meta.url === pathToFileURL(argv[1] ?? "").href) {
  const lines = failureLines(readFileSync(argv[2], "utf8"));
  process.stdout.write(lines.length > 0 ? JSON.stringify(lines) : "");
}
