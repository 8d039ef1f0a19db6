import { isIPv4, isIPv6 } from "node:net";

/** What must not be published, with what takes its place. */
const secrets: [RegExp, string][] = [
  [/(?<![\w.])i-[0-9a-f]{8,17}\b/g, "i-00000000000000000"],
  [/\b(eni|vol|subnet|vpc|sg|key)-[0-9a-f]{8,17}\b/g, "$1-00000000000000000"],
  [/\bEC2AMAZ-[A-Z0-9]+\b/gi, "EC2AMAZ-0000000"],
  [/\bip(-\d{1,3}){4}\b/gi, "ip-0-0-0-0"],
  [/(?<![\dA-Za-z.])\d{12}(?![\dA-Za-z])/g, "000000000000"],
  [/\b[0-9A-F]{2}([:-][0-9A-F]{2}){5}\b/gi, "00:00:00:00:00:00"],
  [/\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g, "***"],
  [/\bS-1-5-21(?:-\d+){3}/g, "S-1-5-21-0-0-0"],
  [/(\b(?:password|passwd|secret|token|credential|serial ?number)["']?\s*[:= ]\s*["']?)[^\s"',;]+/gi, "$1***"],
];
const secretName = /password|passwd|secret|token|credential|serialnumber/i;

/** These mean the same on every machine. */
const everywhere = ["0.0.0.0", "127.0.0.1", "169.254.169.254", "255.255.255.255", "::", "::1"];

/**
 * Redacts every string of a JSON value, names included: IDs of accounts (those of AWS's own registries, too), of
 * instances and of parts of the network, host names, addresses, users' SIDs, passwords, keys and serial numbers.
 * Versions, checksums and digests stay, and so does the ID of an image.
 * @param others texts that are known to be secret
 */
export function redacted<Value>(value: Value, others: string[] = []): Value {
  return redactedValue(value, others.filter(Boolean)) as Value;
}

function redactedValue(value: unknown, others: string[]): unknown {
  if (typeof value === "string") return redactedText(value, others);
  if (Array.isArray(value)) return value.map((each) => redactedValue(each, others));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => {
      if (typeof each !== "string") return [redactedText(name, others), redactedValue(each, others)];
      if (name === "version") return [name, each];
      return [redactedText(name, others), secretName.test(name) ? "***" : redactedText(each, others)];
    }),
  );
}

function redactedText(text: string, others: string[]): string {
  const without = others.reduce((rest, other) => rest.replaceAll(other, "***"), text);
  const cleaned = secrets.reduce((rest, [pattern, substitute]) => rest.replace(pattern, substitute), without);
  return cleaned
    .replace(/(?<![\w.-])\d+(\.\d+){3}(?![\w-]|\.\d)/g, (found) => (isSecret(found, isIPv4) ? "0.0.0.0" : found))
    .replace(/(?<![\w:.])[0-9a-f:]*:[0-9a-f:]*(?![\w:])/gi, (found) => (isSecret(found, isIPv6) ? "::" : found));
}

function isSecret(address: string, isAddress: (text: string) => boolean): boolean {
  return isAddress(address) && !everywhere.includes(address);
}
