import { readFileSync } from "node:fs";
import { argv, stderr } from "node:process";
import { pathToFileURL } from "node:url";

/** What an artefact of each kind is pinned by. A minimum that the base must have downloads nothing. */
const pins = {
  archive: { field: "sha256", word: "checksum", sign: /^[0-9a-f]{64}$/ },
  image: { field: "digest", word: "digest", sign: /^sha256:[0-9a-f]{64}$/ },
  signed: { field: "signer", word: "signer", sign: /\S/ },
  base: { field: "version", word: "version", sign: /\S/ },
};

/**
 * What is missing before a build may start.
 * @param {{ artifacts: object[] }} versions `packer/versions.json`
 * @param {{ variant: string, base_family: string, windows: string, kubernetes_version: string }} ordered what Packer gets
 * @returns {string} nothing if everything that the build needs is pinned
 */
export function unpinned({ artifacts }, ordered) {
  const missing = artifacts.filter((artifact) => isNeeded(artifact, ordered)).flatMap(complaintsOf);
  if (missing.length === 0) return "";
  return `packer/versions.json has ${missing.join(", ")}, which ${ordered.variant} needs: npm run pin`;
}

function isNeeded({ recipes, windows, minors }, ordered) {
  const recipe = ordered.base_family === "EKS_Optimized" ? "layer" : "assemble";
  const minor = minorOf(ordered.kubernetes_version);
  return (
    recipes.includes(recipe) &&
    (windows === undefined || windows.includes(ordered.windows)) &&
    (minors?.from === undefined || minor >= minorOf(minors.from)) &&
    (minors?.to === undefined || minor <= minorOf(minors.to))
  );
}

function complaintsOf({ kind, name, version, ...artifact }) {
  const pin = pins[kind];
  if (!pin) return [`an artefact of unknown kind "${kind}": ${name}`];
  return pin.sign.test(artifact[pin.field] ?? (pin.field === "version" ? version : ""))
    ? []
    : [`no ${pin.word} of ${name} ${version}`];
}

/** All releases are of major 1. */
function minorOf(version) {
  const minor = /^1\.(\d+)(\.|$)/.exec(version)?.[1];
  if (minor === undefined) throw new Error(`"${version}" is no version of Kubernetes`);
  return Number(minor);
}

if (import.meta.url === pathToFileURL(argv[1] ?? "").href) {
  try {
    const [versions, ordered] = argv.slice(2).map((file) => JSON.parse(readFileSync(file, "utf8")));
    process.stdout.write(unpinned(versions, ordered));
  } catch (error) {
    stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  }
}
