/** An image in a private ECR registry. */
export interface EcrImage {
  account: string;
  region: string;
  /** Without tag and digest. */
  repository: string;
}

/** Account, Region, end of the host (AWS General Reference, "Amazon ECR endpoints"), and repository. */
const privateImage = /^(\d{12})\.dkr\.ecr(?:-fips)?\.([a-z]{2}(?:-[a-z]+)+-\d)\.(amazonaws\.com(?:\.cn)?)\/([^:@]+)/;

/** Whether a host or reference belongs to a private ECR registry, whatever its Region and form. */
export function isPrivateEcr(host: string): boolean {
  return /^\d{12}\.dkr[.-]ecr\b/.test(host);
}

/**
 * The parts of a reference to a private ECR registry. Undefined for other registries, and for a host that AWS does not
 * have: GovCloud's hosts end like those of the partition `aws`, China's differ.
 */
export function ecrImage(reference: string): EcrImage | undefined {
  const [, account, region, suffix, repository] = privateImage.exec(reference) ?? [];
  if (!account || !region || !repository) return undefined;
  const right = partitionOf(region) === "aws-cn" ? "amazonaws.com.cn" : "amazonaws.com";
  return suffix === right ? { account, region, repository } : undefined;
}

/** The partition of a Region: `cn-north-1` is in `aws-cn`. */
export function partitionOf(region: string): string {
  if (region.startsWith("cn-")) return "aws-cn";
  return region.startsWith("us-gov-") ? "aws-us-gov" : "aws";
}
