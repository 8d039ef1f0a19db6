import { createHash } from "node:crypto";

/**
 * The name of an IAM resource of a stage. IAM's names are shared by all Regions of an account, so it contains the
 * Region. IAM allows 64 characters: a longer name is cut and ends in its hash.
 * @param application with stage: `eks-windows-images-production`
 */
export function iamName(application: string, region: string, noun: string): string {
  return atMost64(`${application}-${region}-${noun}`);
}

function atMost64(name: string): string {
  if (name.length <= 64) return name;
  return `${name.slice(0, 55)}-${createHash("sha256").update(name).digest("hex").slice(0, 8)}`;
}
