import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { ListBucketsCommand } from "@aws-sdk/client-s3";
import { usualLimits } from "./account-limits.ts";
import { type Account, type Clients, createClients } from "./clients.ts";
import { createBucket } from "./create/buckets.ts";
import { createResource } from "./create.ts";
import { type Deployment, describeDeployment } from "./deployment.ts";
import { createFunctionBuilder } from "./functions.ts";
import type { Groups } from "./group-look-ups.ts";
import { lookUp } from "./look-ups.ts";
import { runProgram } from "./program.ts";

/** SST's bucket for function archives. SST creates it before the first deployment in an account. */
const assetBucket = "sst-asset";

/**
 * Deploys the real `sst.config.ts` to an emulated account. Creates each resource through AWS's API; the answers of AWS
 * are inputs of later resources.
 * @param codebuildUrl the address of CodeBuild's API
 * @param configFile replaces the project's `config.ts`, in the program and in the functions
 * @param groups what the account's groups of nodes are, as far as it matters
 * @param dir the directory for bundles and archives; it must outlive the deployment
 * @param program replaces `sst.config.ts`
 * @throws Error with the name of the first resource that could not be created
 */
export async function deploy({
  emulator,
  codebuildUrl,
  stage,
  root,
  configFile,
  dir,
  program = join(root, "sst.config.ts"),
  groups,
  signal,
}: {
  emulator: Account;
  codebuildUrl: string;
  stage: string;
  root: string;
  configFile?: string;
  dir: string;
  program?: string;
  groups?: Groups;
  signal?: AbortSignal;
}): Promise<Deployment> {
  if (!existsSync(join(root, ".sst", "platform")))
    throw new Error("deploying: SST's platform code is missing; node local/tools/install.ts installs it");
  await mkdir(dir, { recursive: true });
  const clients = createClients(emulator, codebuildUrl);
  const place = { partition: "aws", region: emulator.region, accountId: emulator.accountId };
  const functions = createFunctionBuilder({ root, configFile, dir });
  await createAssetBucket(clients);
  const { resources } = await runProgram(
    { root, program, configFile, workDir: dir },
    {
      stage,
      signal,
      cloud: {
        assetBucket,
        limits: usualLimits,
        create: (resource) => createResource(resource, clients),
        lookUp: async (token, inputs) => lookUp(token, inputs, place, groups),
        build: functions.build,
      },
    },
  );
  for (const client of Object.values(clients)) client.destroy();
  return describeDeployment(stage, resources, functions.built);
}

/** Does nothing if another stage of the same account has created the bucket. */
async function createAssetBucket(clients: Clients): Promise<void> {
  const { Buckets = [] } = await clients.s3.send(new ListBucketsCommand({ Prefix: assetBucket }));
  if (Buckets.some(({ Name }) => Name === assetBucket)) return;
  await createBucket({ bucket: assetBucket, forceDestroy: false }, clients);
}
