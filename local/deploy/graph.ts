import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ConfigurationInput } from "../../functions/config/configuration.ts";
import { type AccountLimits, usualLimits } from "./account-limits.ts";
import type { Cloud, DeclaredResource, Ran } from "./cloud.ts";
import { buildNothing } from "./functions.ts";
import type { Groups } from "./group-look-ups.ts";
import { lookUp, type Place } from "./look-ups.ts";
import { openProgram } from "./program.ts";

export interface GraphRequest {
  /** Replaces what `config.ts` exports. */
  configuration: ConfigurationInput;
  stage: string;
  /** An account in us-east-1 if there is no other. */
  place?: Place;
  /** Those of an account that has been in use if there are no others. */
  limits?: Partial<AccountLimits>;
  /** Groups of nodes in the account. */
  groups?: Groups;
}

export interface GraphReader {
  /** The resources and outputs that the program declares, with invented IDs. Nothing is created. */
  read(request: GraphRequest): Promise<Ran>;
  close(): Promise<void>;
}

const account: Place = { partition: "aws", region: "us-east-1", accountId: "123456789012" };

/** Bundles `sst.config.ts` once and reads its graph for any number of configurations, stages and places. */
export async function openGraphs(root: string): Promise<GraphReader> {
  const workDir = await mkdtemp(join(tmpdir(), "graph-"));
  const configFile = join(workDir, "config.ts");
  await writeFile(configFile, "export const config = JSON.parse(process.env.CONFIGURATION);\n");
  const program = await openProgram({ root, program: join(root, "sst.config.ts"), configFile, workDir });
  return {
    read: ({ configuration, stage, place = account, limits, groups }) =>
      program.evaluate({ stage, configuration, cloud: imaginaryCloud(workDir, place, limits, groups) }),
    async close() {
      await program.close();
      await rm(workDir, { recursive: true, force: true });
    },
  };
}

/** A cloud that creates nothing and answers at once. */
export function imaginaryCloud(
  workDir: string,
  place: Place = account,
  limits: Partial<AccountLimits> = {},
  groups?: Groups,
): Cloud {
  return {
    assetBucket: "sst-asset",
    limits: { ...usualLimits, ...limits },
    groups,
    create: async (resource) => ({ id: resource.name, state: stateOf(resource, place) }),
    lookUp: async (token, inputs) => lookUp(token, inputs, place, groups),
    build: (request) => buildNothing(workDir, request),
  };
}

/**
 * The service and the prefix of the name in a type's ARNs. For a type that is not listed, the service is the provider's
 * module and there is no prefix.
 */
const arnForms: Readonly<Record<string, [service: string, kind: string]>> = {
  "aws:cloudwatch/eventRule:EventRule": ["events", "rule/"],
  "aws:cloudwatch/logGroup:LogGroup": ["logs", "log-group:"],
  "aws:cloudwatch/metricAlarm:MetricAlarm": ["cloudwatch", "alarm:"],
  "aws:codebuild/project:Project": ["codebuild", "project/"],
  "aws:iam/instanceProfile:InstanceProfile": ["iam", "instance-profile/"],
  "aws:iam/policy:Policy": ["iam", "policy/"],
  "aws:iam/role:Role": ["iam", "role/"],
  "aws:kms/key:Key": ["kms", "key/"],
  "aws:lambda/function:Function": ["lambda", "function:"],
  "aws:scheduler/schedule:Schedule": ["scheduler", "schedule/default/"],
};

function stateOf({ type, name, inputs }: DeclaredResource, { partition, region, accountId }: Place) {
  const [service, kind] = arnForms[type] ?? [type.split(/[:/]/)[1], ""];
  const noun = inputs.name ?? inputs.bucket ?? name;
  const where = service === "s3" ? "::" : `:${service === "iam" ? "" : region}:${accountId}`;
  return {
    arn: `arn:${partition}:${service}${where}:${kind}${noun}`,
    url: `https://${service}.${region}.example/${noun}`,
    functionUrl: `https://${name.toLowerCase()}.lambda-url.${region}.example/`,
    versionId: `version-of-${name}`,
    base64: Buffer.from(name).toString("base64"),
  };
}
