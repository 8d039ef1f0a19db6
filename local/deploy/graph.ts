import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildNothing } from "./functions.ts";
import { lookUp, type Place } from "./look-ups.ts";
import { type DeclaredResource, type Ran, runProgram } from "./program.ts";

/**
 * The resources that the real program declares and what it returns, with made-up identities and nothing created anywhere.
 * @param program another program than `sst.config.ts`
 */
export async function readGraph({
  root,
  stage,
  configFile,
  program = join(root, "sst.config.ts"),
  place = { partition: "aws", region: "us-east-1", accountId: "123456789012" },
}: {
  root: string;
  stage: string;
  configFile?: string;
  program?: string;
  place?: Place;
}): Promise<Ran> {
  const workDir = await mkdtemp(join(tmpdir(), "graph-"));
  try {
    return await runProgram(
      { root, program, configFile, workDir },
      {
        stage,
        cloud: {
          assetBucket: "sst-asset",
          create: async (resource) => ({ id: resource.name, state: madeUp(resource, place) }),
          lookUp: async (token, inputs) => lookUp(token, inputs, place),
          build: (request) => buildNothing(workDir, request),
        },
      },
    );
  } finally {
    await rm(workDir, { recursive: true, force: true });
  }
}

/** Service in an ARN and what stands before the name there, by type; of all others the provider's module and nothing. */
const arnForms: Readonly<Record<string, [service: string, kind: string]>> = {
  "aws:cloudwatch/eventRule:EventRule": ["events", "rule/"],
  "aws:cloudwatch/logGroup:LogGroup": ["logs", "log-group:"],
  "aws:cloudwatch/metricAlarm:MetricAlarm": ["cloudwatch", "alarm:"],
  "aws:codebuild/project:Project": ["codebuild", "project/"],
  "aws:iam/instanceProfile:InstanceProfile": ["iam", "instance-profile/"],
  "aws:iam/role:Role": ["iam", "role/"],
  "aws:kms/key:Key": ["kms", "key/"],
  "aws:lambda/function:Function": ["lambda", "function:"],
  "aws:scheduler/schedule:Schedule": ["scheduler", "schedule/default/"],
};

function madeUp({ type, name, inputs }: DeclaredResource, { partition, region, accountId }: Place) {
  const [service, kind] = arnForms[type] ?? [type.split(/[:/]/)[1], ""];
  const noun = inputs.name ?? inputs.bucket ?? name;
  const where = service === "s3" ? "::" : `:${service === "iam" ? "" : region}:${accountId}`;
  return {
    arn: `arn:${partition}:${service}${where}:${kind}${noun}`,
    url: `https://${service}.${region}.example/${noun}`,
    functionUrl: `https://${name.toLowerCase()}.lambda-url.${region}.example/`,
    base64: Buffer.from(name).toString("base64"),
  };
}
