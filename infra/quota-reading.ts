import { type _InstanceType, DescribeInstanceTypesCommand, type EC2Client } from "@aws-sdk/client-ec2";
import { GetAccountSettingsCommand, GetFunctionConcurrencyCommand, type LambdaClient } from "@aws-sdk/client-lambda";
import { GetServiceQuotaCommand, type ServiceQuotasClient } from "@aws-sdk/client-service-quotas";
import type { Policies } from "../functions/config/policies.ts";
import {
  type Executions,
  isStandard,
  type Quota,
  quotas,
  type Shortage,
  tooFewBuilds,
  tooFewExecutions,
  tooFewVcpus,
} from "./quotas.ts";

/** The account that is asked, with the credentials of who deploys or asks. */
export interface QuotaSource {
  ec2: Pick<EC2Client, "send">;
  lambda: Pick<LambdaClient, "send">;
  serviceQuotas: Pick<ServiceQuotasClient, "send">;
  /** The name of a function of the stage: `named("api")`. */
  named: (noun: string) => string;
  /** When to give up. */
  signal: () => AbortSignal;
}

export interface QuotaFinding {
  /** Whose quota it is: `EC2's vCPUs`. */
  of: string;
  /** What the account has; undefined if it could not be read or does not matter. */
  has?: string;
  tooSmall?: Shortage;
  /** Why it could not be read. */
  unread?: Error;
}

/**
 * Compares the account's quotas with what the configuration needs. Never throws: a quota that cannot be read is a
 * finding.
 */
export function readQuotas(
  { instanceType, maxParallel, reserveConcurrency }: Policies,
  source: QuotaSource,
): Promise<QuotaFinding[]> {
  return Promise.all([
    find("Lambda's concurrent executions", async () => {
      if (!reserveConcurrency) return {};
      const found = await executions(source);
      return { has: `${found.all}, of which ${found.unreserved} are unreserved`, tooSmall: tooFewExecutions(found) };
    }),
    find("CodeBuild's concurrent builds", async () => {
      const quota = await quotaOf(source, quotas.builds);
      return { has: String(quota), tooSmall: tooFewBuilds(quota, maxParallel) };
    }),
    find("EC2's vCPUs", async () => {
      if (!isStandard(instanceType)) throw new Error(`the family of ${instanceType} has a quota of its own`);
      const [quota, vcpus] = await Promise.all([quotaOf(source, quotas.vcpus), vcpusOf(source, instanceType)]);
      return { has: String(quota), tooSmall: tooFewVcpus(quota, { instanceType, vcpus, maxParallel }) };
    }),
  ]);
}

async function find(of: string, check: () => Promise<Omit<QuotaFinding, "of">>): Promise<QuotaFinding> {
  try {
    return { of, ...(await check()) };
  } catch (cause) {
    return { of, unread: cause as Error };
  }
}

async function executions({ lambda, named, signal }: QuotaSource): Promise<Executions> {
  const [{ AccountLimit }, reconcile, api] = await Promise.all([
    lambda.send(new GetAccountSettingsCommand({}), { abortSignal: signal() }),
    reservedBy("reconcile"),
    reservedBy("api"),
  ]);
  const { ConcurrentExecutions: all, UnreservedConcurrentExecutions: unreserved } = AccountLimit ?? {};
  if (all === undefined || unreserved === undefined) throw new Error("Lambda's answer has no limit");
  return { all, unreserved, ours: { reconcile, api } };

  /** 0 for a function without a reservation and for one that does not exist yet. */
  async function reservedBy(noun: string): Promise<number> {
    const { ReservedConcurrentExecutions = 0 } = await lambda
      .send(new GetFunctionConcurrencyCommand({ FunctionName: named(noun) }), { abortSignal: signal() })
      .catch((error: Error) => {
        if (error.name === "ResourceNotFoundException") return { ReservedConcurrentExecutions: 0 };
        throw error;
      });
    return ReservedConcurrentExecutions;
  }
}

async function quotaOf({ serviceQuotas, signal }: QuotaSource, { service, code }: Quota): Promise<number> {
  const asking = new GetServiceQuotaCommand({ ServiceCode: service, QuotaCode: code });
  const { Quota } = await serviceQuotas.send(asking, { abortSignal: signal() });
  if (Quota?.Value === undefined) throw new Error(`Service Quotas has no value for ${code}`);
  return Quota.Value;
}

async function vcpusOf({ ec2, signal }: QuotaSource, type: string): Promise<number> {
  const asking = new DescribeInstanceTypesCommand({ InstanceTypes: [type as _InstanceType] });
  const { InstanceTypes: found = [] } = await ec2.send(asking, { abortSignal: signal() });
  const vcpus = found[0]?.VCpuInfo?.DefaultVCpus;
  if (vcpus === undefined) throw new Error(`EC2 does not say how many vCPUs ${type} has`);
  return vcpus;
}
