import { reservations } from "./reservations.ts";

/** Lambda's concurrent executions in a Region. */
export interface Executions {
  /** The account's quota. */
  all: number;
  /** What no function has reserved. A deployed stage's own reservations are not in it. */
  unreserved: number;
  /** What the stage's functions have reserved already. */
  ours: typeof reservations;
}

/** Lambda accepts no reservation that leaves fewer (API reference, PutFunctionConcurrency). */
const leastUnreserved = 100;

/** The quotas that Service Quotas can tell. */
export const quotas = {
  executions: { service: "lambda", code: "L-B99A9384", name: "Concurrent executions" },
  builds: {
    service: "codebuild",
    code: "L-9D07B6EF",
    name: "Concurrently running builds for Linux/Small environment",
  },
  vcpus: {
    service: "ec2",
    code: "L-1216C47A",
    name: "Running On-Demand Standard (A, C, D, H, I, M, R, T, Z) instances",
  },
};
export type Quota = (typeof quotas)[keyof typeof quotas];

/** A quota that is too small for the configuration. */
export interface Shortage {
  wrong: string;
  /** What to do, one sentence or more without the last full stop. */
  remedy: string;
}

/** What is wrong if Lambda would refuse the reservations, and what to do. */
export function tooFewExecutions({ all, unreserved, ours }: Executions): Shortage | undefined {
  const missing = Object.entries(reservations)
    .map(([noun, wanted]) => ({ noun, more: wanted - ours[noun as keyof typeof ours] }))
    .filter(({ more }) => more > 0);
  const more = missing.reduce((sum, one) => sum + one.more, 0);
  if (more === 0 || unreserved - more >= leastUnreserved) return undefined;
  const short = leastUnreserved + more - unreserved;
  return {
    wrong: `Lambda: the functions reserve ${more} more concurrent executions (${missing.map((one) => `${one.noun} ${one.more}`).join(", ")}), and ${leastUnreserved} must stay unreserved, but only ${unreserved} of the account's ${all} are unreserved`,
    remedy: `${request(quotas.executions, all + short)}, or do without the reservations: policies.reserveConcurrency: false; functions/config/policies.ts says what that costs`,
  };
}

/** What is wrong if CodeBuild cannot run as many builds at once as the configuration allows, and what to do. */
export function tooFewBuilds(quota: number, maxParallel: number): Shortage | undefined {
  if (quota >= maxParallel) return undefined;
  return {
    wrong: `CodeBuild: up to ${maxParallel} builds run at once (policies.maxParallel), but the account may run ${quota}`,
    remedy: `${request(quotas.builds, maxParallel)}${orFewer(quota)}`,
  };
}

/** The same for the vCPUs of the build instances. One build has one instance at a time. */
export function tooFewVcpus(
  quota: number,
  { instanceType, vcpus, maxParallel }: { instanceType: string; vcpus: number; maxParallel: number },
): Shortage | undefined {
  const needed = vcpus * maxParallel;
  if (quota >= needed) return undefined;
  return {
    wrong: `EC2: up to ${maxParallel} builds at once (policies.maxParallel) each have an instance of the type ${instanceType}, ${needed} vCPUs together, but all On-Demand instances of the account may have ${quota}`,
    remedy: `${request(quotas.vcpus, needed)}${orFewer(Math.floor(quota / vcpus))}`,
  };
}

/**
 * Whether the quota {@link quotas}.vcpus counts this type. Other families have quotas of their own: `inf1`, `trn1`,
 * `hpc7a`, `dl1` and `mac2` begin with a letter of the list, but not with one of its families.
 */
export function isStandard(instanceType: string): boolean {
  return /^[acdhimrtz]\d/.test(instanceType);
}

function request({ service, code, name }: Quota, value: number): string {
  return `Request ${value} or more for "${name}" (aws service-quotas request-service-quota-increase --service-code ${service} --quota-code ${code} --desired-value ${value})`;
}

function orFewer(possible: number): string {
  return possible > 0 ? `, or set policies.maxParallel: ${possible}` : "";
}
