import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { argv, stderr } from "node:process";
import { pathToFileURL } from "node:url";

/** EC2's limit on a tag's value. */
const longestTag = 256;

/** Tags by what they are of in the image's report. */
const summary = {
  "os-build": ({ osBuild }) => osBuild,
  kubelet: ({ kubernetes }) => kubernetes?.kubelet,
  containerd: ({ containerd }) => containerd,
};

/**
 * What of an image's report goes onto the image itself, in the form of `aws ec2 create-tags --tags`.
 * @param {object} report `report.json`
 * @returns {{ Key: string, Value: string }[]}
 * @throws Error naming what the report leaves out
 */
export function summaryTags(report) {
  return Object.entries(summary).map(([name, read]) => {
    const value = read(report);
    if (typeof value !== "string" || !value.trim()) throw new Error(`report.json says nothing of ${name}`);
    return { Key: `eks-windows-images:${name}`, Value: safe(value) };
  });
}

/**
 * Windows PowerShell writes UTF-8 with a byte order mark.
 * @param {string} name
 * @param {string} text
 * @returns {object}
 * @throws Error if it is no object in JSON
 */
export function parseReport(name, text) {
  let parsed;
  try {
    parsed = JSON.parse(text.replace(/^\uFEFF/, ""));
  } catch (cause) {
    throw new Error(`${name} is no JSON: ${cause.message}`, { cause });
  }
  if (typeof parsed !== "object" || parsed === null) throw new Error(`${name} is no object`);
  return parsed;
}

/** The characters that every service of AWS takes in a tag. */
function safe(value) {
  return value
    .trim()
    .replace(/[^\p{L}\p{N} .:/=+@_-]/gu, "_")
    .slice(0, longestTag);
}

function read(file) {
  try {
    return readFileSync(file, "utf8");
  } catch (cause) {
    throw new Error(`the guest has left no ${basename(file)}`, { cause });
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
