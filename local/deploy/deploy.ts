import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { ListBucketsCommand } from "@aws-sdk/client-s3";
import { usualLimits } from "./account-limits.ts";
import { type Account, type Clients, createClients } from "./clients.ts";
import type { CreatedResource } from "./cloud.ts";
import { createBucket } from "./create/buckets.ts";
import { type Deployment, describeDeployment } from "./deployment.ts";
import { createFunctionBuilder } from "./functions.ts";
import type { Groups } from "./group-look-ups.ts";
import { lookUp } from "./look-ups.ts";
import { runProgram } from "./program.ts";
import { type Change, isSameResource, removeResource, updateResource } from "./update.ts";

/** SST's bucket for function archives. SST creates it before the first deployment in an account. */
const assetBucket = "sst-asset";

/**
 * Deploys the real `sst.config.ts` to an emulated account. Creates each resource through AWS's API; the answers of AWS
 * are inputs of later resources. Of what is deployed already, only what differs is changed.
 * @param codebuildUrl the address of CodeBuild's API
 * @param configFile replaces the project's `config.ts`, in the program and in the functions
 * @param groups what the account's groups of nodes are, as far as it matters
 * @param state what the account has of the stage, with what the program no longer declares but could not be removed. It
 * is kept up to date, also by a deployment that fails.
 * @param dir the directory for bundles and archives; it must outlive the deployment. Functions of an earlier
 * deployment may still run, so each deployment needs its own.
 * @param program replaces `sst.config.ts`
 * @throws Error with the name of the first resource that could not be deployed; those before it are
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
  state = [],
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
  state?: CreatedResource[];
  signal?: AbortSignal;
}): Promise<Deployment> {
  if (!existsSync(join(root, ".sst", "platform")))
    throw new Error("deploying: SST's platform code is missing; node local/tools/install.ts installs it");
  await mkdir(dir, { recursive: true });
  const clients = createClients(emulator, codebuildUrl);
  const place = { partition: "aws", region: emulator.region, accountId: emulator.accountId };
  const functions = createFunctionBuilder({ root, configFile, dir });
  await createAssetBucket(clients);
  const changes: Change[] = [];
  const { resources } = await runProgram(
    { root, program, configFile, workDir: dir },
    {
      stage,
      signal,
      cloud: {
        assetBucket,
        limits: usualLimits,
        groups,
        async create(resource) {
          const known = state.findIndex((one) => isSameResource(one, resource));
          const { how, ...created } = await updateResource(resource, state[known], clients);
          state.splice(known < 0 ? state.length : known, 1, created);
          if (how) changes.push({ how, name: resource.name });
          return created;
        },
        lookUp: async (token, inputs) => lookUp(token, inputs, place, groups),
        build: functions.build,
      },
    },
  );
  const gone = state.filter((one) => !resources.some((resource) => isSameResource(one, resource)));
  for (const resource of gone) {
    if (!(await removeResource(resource, clients))) continue;
    changes.push({ how: "removed", name: resource.name });
    state.splice(state.indexOf(resource), 1);
  }
  for (const client of Object.values(clients)) client.destroy();
  return { ...describeDeployment(stage, resources, functions.built), changes };
}

/** Does nothing if another stage of the same account has created the bucket. */
async function createAssetBucket(clients: Clients): Promise<void> {
  const { Buckets = [] } = await clients.s3.send(new ListBucketsCommand({ Prefix: assetBucket }));
  if (Buckets.some(({ Name }) => Name === assetBucket)) return;
  await createBucket({ bucket: assetBucket, forceDestroy: false }, clients);
}
