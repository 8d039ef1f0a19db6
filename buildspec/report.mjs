import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { argv, stderr } from "node:process";
import { pathToFileURL } from "node:url";

/** EC2's limit on a tag's value. */
const maxTagLength = 256;

/** Tags, each with the value of the image's report that it summarizes. */
const summary = {
  "os-build": ({ osBuild }) => osBuild,
  kubelet: ({ kubernetes }) => kubernetes?.kubelet,
  containerd: ({ containerd }) => containerd,
};

/**
 * Returns the tags that summarize an image's report, in the form of `aws ec2 create-tags --tags`.
 * @param {object} report `report.json`
 * @returns {{ Key: string, Value: string }[]}
 * @throws Error naming what is missing in the report
 */
export function summaryTags(report) {
  return Object.entries(summary).map(([name, read]) => {
    const value = read(report);
    if (typeof value !== "string" || !value.trim()) throw new Error(`report.json has no ${name}`);
    return { Key: `eks-windows-images:${name}`, Value: safe(value) };
  });
}

/**
 * Parses a report of Windows PowerShell, whose UTF-8 begins with a byte order mark.
 * @param {string} name
 * @param {string} text
 * @returns {object}
 * @throws Error if it is not a JSON object
 */
export function parseReport(name, text) {
  let parsed;
  try {
    parsed = JSON.parse(text.replace(/^\uFEFF/, ""));
  } catch (cause) {
    throw new Error(`${name} is not JSON: ${cause.message}`, { cause });
  }
  if (typeof parsed !== "object" || parsed === null) throw new Error(`${name} is not an object`);
  return parsed;
}

/** Keeps the characters that every AWS service accepts in a tag. */
function safe(value) {
  return value
    .trim()
    .replace(/[^\p{L}\p{N} .:/=+@_-]/gu, "_")
    .slice(0, maxTagLength);
}

function read(file) {
  try {
    return readFileSync(file, "utf8");
  } catch (cause) {
    throw new Error(`the guest left no ${basename(file)}`, { cause });
  }
}

if (import.meta.url === pathToFileURL(argv[1] ?? "").href) {
  try {
    const [report] = argv.slice(2).map((file) => parseReport(basename(file), read(file)));
    process.stdout.write(JSON.stringify(summaryTags(report)));
  } catch (error) {
    stderr.write(`${error.message.replace(/\s+/g, " ")}\n`);
    process.exitCode = 1;
  }
}
