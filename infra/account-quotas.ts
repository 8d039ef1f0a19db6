import { type _InstanceType, DescribeInstanceTypesCommand, EC2Client } from "@aws-sdk/client-ec2";
import { GetAccountSettingsCommand, GetFunctionConcurrencyCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { GetServiceQuotaCommand, ServiceQuotasClient } from "@aws-sdk/client-service-quotas";
import { policies } from "./configuration.ts";
import { named } from "./names.ts";
import {
  type Executions,
  isStandard,
  type Quota,
  quotas,
  tooFewBuilds,
  tooFewExecutions,
  tooFewVcpus,
} from "./quotas.ts";

const { region } = await aws.getRegion();
const { instanceType, maxParallel, reserveConcurrency } = policies;
const { SST_AWS_ACCESS_KEY_ID, SST_AWS_SECRET_ACCESS_KEY, SST_AWS_SESSION_TOKEN } = process.env;

// Not Pulumi's data sources: there is none for Lambda's settings, and that for a quota answers with AWS's default where
// the account's own value is unknown. SST passes the credentials of its provider in these variables.
const options = {
  region,
  ...(SST_AWS_ACCESS_KEY_ID &&
    SST_AWS_SECRET_ACCESS_KEY && {
      credentials: {
        accessKeyId: SST_AWS_ACCESS_KEY_ID,
        secretAccessKey: SST_AWS_SECRET_ACCESS_KEY,
        sessionToken: SST_AWS_SESSION_TOKEN || undefined,
      },
    }),
};
const ec2 = new EC2Client(options);
const lambda = new LambdaClient(options);
const serviceQuotas = new ServiceQuotasClient(options);
/** A network without an endpoint for a service would hold up the deployment. */
const within = () => ({ abortSignal: AbortSignal.timeout(60_000) });

const findings = await Promise.all([
  find("Lambda's concurrent executions", async () =>
    reserveConcurrency ? tooFewExecutions(await executions()) : undefined,
  ),
  find("CodeBuild's concurrent builds", async () => tooFewBuilds(await quotaOf(quotas.builds), maxParallel)),
  find("EC2's vCPUs", async () => {
    if (!isStandard(instanceType)) throw new Error(`the family of ${instanceType} has a quota of its own`);
    const [quota, vcpus] = await Promise.all([quotaOf(quotas.vcpus), vcpusOf(instanceType)]);
    return tooFewVcpus(quota, { instanceType, vcpus, maxParallel });
  }),
]);

for (const { unknown } of findings) if (unknown) process.stderr.write(`${unknown}\n`);

const refused = findings.flatMap(({ tooSmall }) => tooSmall ?? []);
if (refused.length > 0)
  throw new Error(
    `this account's quotas in ${region} are too small. Nothing has been created or changed.\n${refused.map((one) => `  ${one}`).join("\n")}`,
  );

interface Finding {
  /** What is wrong and what to do. */
  tooSmall?: string;
  /** That the quota could not be read, and why. */
  unknown?: string;
}

async function find(what: string, check: () => Promise<string | undefined>): Promise<Finding> {
  try {
    return { tooSmall: await check() };
  } catch (cause) {
    const { name, message } = cause as Error;
    const why = name === "Error" ? message : `${name}: ${message}`;
    return { unknown: `${what} in ${region} were not checked (${why}). Compare the quota with config.ts yourself.` };
  }
}

async function executions(): Promise<Executions> {
  const [{ AccountLimit }, reconcile, api] = await Promise.all([
    lambda.send(new GetAccountSettingsCommand({}), within()),
    reservedBy("reconcile"),
    reservedBy("api"),
  ]);
  const { ConcurrentExecutions: all, UnreservedConcurrentExecutions: unreserved } = AccountLimit ?? {};
  if (all === undefined || unreserved === undefined) throw new Error("Lambda's answer has no limit");
  return { all, unreserved, ours: { reconcile, api } };
}

/** 0 for a function without a reservation and for one that does not exist yet. */
async function reservedBy(noun: string): Promise<number> {
  const FunctionName = named(noun);
  const { ReservedConcurrentExecutions = 0 } = await lambda
    .send(new GetFunctionConcurrencyCommand({ FunctionName }), within())
    .catch((error: Error) => {
      if (error.name === "ResourceNotFoundException") return { ReservedConcurrentExecutions: 0 };
      throw error;
    });
  return ReservedConcurrentExecutions;
}

async function quotaOf({ service, code }: Quota): Promise<number> {
  const { Quota } = await serviceQuotas.send(
    new GetServiceQuotaCommand({ ServiceCode: service, QuotaCode: code }),
    within(),
  );
  if (Quota?.Value === undefined) throw new Error(`Service Quotas has no value for ${code}`);
  return Quota.Value;
}

async function vcpusOf(type: string): Promise<number> {
  const InstanceTypes = [type as _InstanceType];
  const { InstanceTypes: found = [] } = await ec2.send(new DescribeInstanceTypesCommand({ InstanceTypes }), within());
  const vcpus = found[0]?.VCpuInfo?.DefaultVCpus;
  if (vcpus === undefined) throw new Error(`EC2 does not say how many vCPUs ${type} has`);
  return vcpus;
}
