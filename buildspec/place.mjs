import { mkdirSync, writeFileSync } from "node:fs";
import { argv, env, stderr } from "node:process";
import { pathToFileURL } from "node:url";

/** What each value of a place may be; only the external ID may be missing. They end up in files and in object keys. */
const rules = {
  name: { allowed: /^[a-z0-9][a-z0-9-]{0,29}$/, example: "frankfurt" },
  region: { allowed: /^[a-z]{2}(-[a-z]+)+-[0-9]$/, example: "eu-central-1" },
  roleArn: {
    allowed: /^arn:aws[a-z-]*:iam::[0-9]{12}:role\/[\w+=,.@/-]{1,512}$/,
    example: "arn:aws:iam::123456789012:role/spoke",
  },
  externalId: { allowed: /^[\w+=,.@:/-]{2,1224}$/, example: "eks-windows-images:production", optional: true },
  image: { allowed: /^ami-[0-9a-f]{8,17}$/, example: "ami-0123456789abcdef0" },
};

/**
 * @param {string} text the place that an image is proved in, as JSON (functions/domain/build-orders.ts)
 * @returns {{ name: string, region: string, roleArn: string, externalId?: string, image: string }}
 * @throws Error that says which value is wrong and what it may be
 */
export function parsePlace(text) {
  const place = read(text);
  const unknown = Object.keys(place).filter((key) => !Object.hasOwn(rules, key));
  if (unknown.length > 0) throw new Error(`PLACE has ${unknown.join(", ")}; allowed: ${Object.keys(rules).join(", ")}`);
  for (const [key, { allowed, example, optional }] of Object.entries(rules)) {
    const value = place[key];
    if (value === undefined && optional) continue;
    if (typeof value !== "string" || !allowed.test(value))
      throw new Error(`PLACE has the ${key} ${JSON.stringify(value) ?? "undefined"}; allowed: one like "${example}"`);
  }
  return place;
}

function read(text) {
  try {
    const parsed = JSON.parse(text);
    if (typeof parsed === "object" && parsed !== null && !Array.isArray(parsed)) return parsed;
  } catch {}
  throw new Error(`PLACE is ${JSON.stringify(text.slice(0, 100))}; allowed: a place as JSON`);
}

// place.mjs FOLDER: checks PLACE, and writes each of its values into a file of that folder.
if (import.meta.url === pathToFileURL(argv[1] ?? "").href) {
  try {
    const place = parsePlace(env.PLACE ?? "");
    mkdirSync(argv[2], { recursive: true });
    for (const [name, text] of Object.entries(place)) writeFileSync(`${argv[2]}/${name}`, text);
  } catch ({ message }) {
    stderr.write(`${message}\n`);
    process.exitCode = 1;
  }
}
