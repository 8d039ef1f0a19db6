import { readFileSync } from "node:fs";
import { argv } from "node:process";
import { pathToFileURL } from "node:url";
import { stripVTControlCharacters } from "node:util";

/** Limit for all lines together as JSON, in characters. */
const maxCharacters = 1500;
const maxLineLength = 300;

/**
 * Packer prefixes its lines with `==> amazon-ebs.layer: ` and those of the guest with four spaces instead of the arrow.
 */
const prefix = /^(==>| {3}) [a-z-]+\.[\w-]+: ?/;

/** Packer logs this at the start of a step. */
const stepSign =
  /^(Prevalidating |Creating temporary |Launching a source AWS instance|Waiting for (auto-generated password|WinRM|the instance to stop)|Provisioning with |Uploading .+ => |Downloading .+ => |Restarting Machine|Stopping the source instance|Creating AMI )/;

/** Lines that do not help: Packer's tagging, its clean-up after the failure and its closing lines. */
const noise =
  /^(Adding tag: |Terminating the source AWS instance|Cleaning up any extra volumes|No volumes to clean up|Deleting (temporary|volume)|Deregistering |Provisioning step had errors: |Cancelling build after receiving|==> Wait completed after|==> Some builds didn't complete|--> |==> Builds finished but no artifacts|Cleanly cancelled builds|Build '[^']+' finished after)/;

/**
 * Returns the last lines of the failed step, newest last. They have no control characters. A line has at most 300
 * characters, all lines together at most 1,500 as JSON.
 * @param {string} output Packer's output
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
    if (JSON.stringify([line, ...last]).length > maxCharacters) break;
    last.unshift(line);
  }
  return last;
}

/**
 * A proof with failed checks is a success for Packer. The lines that matter are those of its last script, before the
 * download of the report.
 */
function untilStop(lines, output) {
  const stop = lines.findIndex((line) => /^Stopping the source instance/.test(line));
  if (stop === -1 || output.includes("==> Some builds didn't complete")) return lines;
  return lines.slice(0, stop).filter((line) => !/^Downloading .+ => /.test(line));
}

/** Packer repeats most errors at the end. */
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
  return line.length > maxLineLength ? `${line.slice(0, maxLineLength - 1)}…` : line;
}

if (import.meta.url === pathToFileURL(argv[1] ?? "").href) {
  const lines = failureLines(readFileSync(argv[2], "utf8"));
  process.stdout.write(lines.length > 0 ? JSON.stringify(lines) : "");
}
