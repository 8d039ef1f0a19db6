import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CodeBuildClient, StartBuildCommand } from "@aws-sdk/client-codebuild";
import { EC2Client } from "@aws-sdk/client-ec2";
import { CreateBucketCommand, GetObjectCommand, ListObjectsV2Command, S3Client } from "@aws-sdk/client-s3";
import { type BuildOrder, type BuildWish, orderBuild } from "../../functions/domain/build-orders.ts";
import { harvestRecipeHash, recipeHash } from "../../infra/recipe.ts";
import { secondProofMinutes } from "../../infra/waits.ts";
import { type Emulator, type RecordedCall, startEmulator } from "../../local/aws/emulator.ts";
import { createRoleCredentials } from "../../local/aws/role-credentials.ts";
import { startUpstream, type Upstream } from "../../local/aws/upstream.ts";
import { createClock } from "../../local/clock/clock.ts";
import { startCodeBuildAgent } from "../../local/codebuild/agent.ts";
import { installTools } from "../../local/tools/install.ts";
import { type Machines, startMachines } from "../../local/winrm/machines.ts";
import type { Transcript } from "../../local/winrm/transcript.ts";
import type { MakeWindows } from "../../local/winrm/windows.ts";
import { bucket, copySource, createProject, ended, putSource, root } from "./codebuild.ts";
import { configurationOf } from "./order.ts";
import { createProfile } from "./profiles.ts";

const stage = "production";

/** What happened on one machine, and Packer's calls for it, in order. */
export type Part = { transcript: Transcript; calls: RecordedCall[] };

/** One build by the real buildspec and the real Packer. */
export type Run = {
  order: BuildOrder;
  succeeded: boolean;
  /** The variables that the buildspec exports, including empty ones. */
  exported: Record<string, string>;
  log: string;
  /** The machine that is built on or harvested, then the one that proves the image. */
  parts: Part[];
  /** The credentials of Packer and the passwords of its machines. */
  secrets: string[];
};

export type Order = {
  wish: BuildWish;
  updateRounds?: number;
  kubernetesReleaseUrl?: string;
  /** Overrides entries of PACKER_DEPLOYMENT, including waits. */
  deployment?: Record<string, string | number>;
  /** Overrides environment variables of the build. */
  environment?: Record<string, string>;
  /** Files of the source that differ from the repository, by path. */
  changed?: Record<string, string>;
};

type Prepare = (token: string, role: string) => Promise<void> | void;

export type Workshop = {
  emulator: Emulator;
  upstream: Upstream;
  ec2: EC2Client;
  s3: S3Client;
  machines: Machines;
  /**
   * Runs one build. Runs may be concurrent.
   * @param prepare gets the run's token, with which its machines are tagged, and the name of its role, which only its
   * calls have
   */
  run: (order: Order, prepare?: Prepare) => Promise<Run>;
  /** Reads an object of the bucket. */
  read: (key: string) => Promise<Buffer>;
  /** The keys of the bucket that begin so. */
  keys: (prefix: string) => Promise<string[]>;
  stop: () => Promise<void>;
};

/**
 * Starts emulator, upstream, machines and CodeBuild as in a rehearsal. Every build has its own role.
 * @param windows what is behind the address of a machine; by default a replay of recordings
 */
export async function openWorkshop({ windows }: { windows?: MakeWindows } = {}): Promise<Workshop> {
  const tools = await installTools(() => {});
  // A short path: Packer creates sockets below it, whose paths are limited to 100 characters.
  const dir = mkdtempSync(join(tmpdir(), "p-"));
  const clock = createClock(join(dir, "clock"));
  const [emulator, upstream] = await Promise.all([startEmulator({ tools, dir, clock }), startUpstream()]);
  upstream.setKubernetes("1.35.8");
  const { url: endpoint, region, credentials, password } = emulator;
  const aws = { endpoint, region, credentials };
  const ec2 = new EC2Client(aws);
  const s3 = new S3Client({ ...aws, forcePathStyle: true });
  const machines = await startMachines({
    emulator,
    password,
    packerDir: join(root, "packer"),
    windows,
    log: () => {},
    onConsole: (instanceId, text) => void emulator.setConsole(instanceId, text),
  });
  const agent = await startCodeBuildAgent({
    emulatorUrl: endpoint,
    infraCredentials: credentials,
    region,
    clock,
    tools,
    dir: join(dir, "b"),
    log: () => {},
    // Each read of the serial console starts the AWS CLI twice, which takes a second of a core.
    extraEnv: { TIMEOUT_GRACE_SECONDS: "1", CONSOLE_POLL_SECONDS: "300" },
  });
  const codebuild = new CodeBuildClient({ ...aws, endpoint: agent.url });
  const roles = createRoleCredentials({ ...aws, now: () => clock.now() });
  const profiles = await Promise.all([createProfile(aws, "guest"), createProfile(aws, "harvest")]);
  await s3.send(new CreateBucketCommand({ Bucket: bucket }));

  async function run(
    { wish, changed = {}, deployment = {}, environment = {}, ...given }: Order,
    prepare: Prepare = () => {},
  ): Promise<Run> {
    const { updateRounds = 1, kubernetesReleaseUrl = upstream.url } = given;
    const source = copySource(changed, mkdtempSync(join(dir, "source-")));
    const deployed = { stage, recipe: recipeHash(source), harvestRecipe: harvestRecipeHash(source), images: new Map() };
    const configuration = configurationOf(kubernetesReleaseUrl, updateRounds, emulator.network.subnetId);
    const order = orderBuild(wish, { ...deployed, configuration });
    const { token } = order;
    const role = `build-${token.slice(0, 16)}`;
    await prepare(token, role);
    const identity = await roles.assume(`arn:aws:iam::${emulator.accountId}:role/${role}`, "build");
    const shell = {
      AWS_ACCESS_KEY_ID: identity.accessKeyId,
      AWS_SECRET_ACCESS_KEY: identity.secretAccessKey,
      AWS_SESSION_TOKEN: identity.sessionToken,
      STAGE: stage,
      BUCKET: bucket,
      ADDRESS_URL: "",
      SECOND_PROOF_MINUTES: String(secondProofMinutes(updateRounds)),
      PACKER_RELEASE_URL: "",
      PACKER_DEPLOYMENT: JSON.stringify({ ...placeOf(emulator, profiles), ...deployment }),
      ...order.variables,
      ...environment,
    };
    await putSource(s3, source, token);
    await createProject(codebuild, token, emulator);
    const environmentVariablesOverride = Object.entries(shell).map(([name, value]) => ({ name, value }));
    const { build: started } = await codebuild.send(
      new StartBuildCommand({ projectName: token, environmentVariablesOverride }),
    );
    const callsOfThis = async () =>
      (await emulator.calls()).filter(({ accessKeyId }) => accessKeyId === identity.accessKeyId);
    const build = await ended(agent, started?.id ?? "", callsOfThis);
    const parts = partsOf(
      machines.transcripts().filter(({ tags }) => tags["eks-windows-images:token"] === token),
      await callsOfThis(),
    );
    const passwords = await Promise.all(parts.map(({ transcript }) => password(transcript.instanceId)));
    return {
      order,
      succeeded: build.buildStatus === "SUCCEEDED",
      exported: Object.fromEntries(build.exportedEnvironmentVariables.map(({ name, value }) => [name, value])),
      log: readFileSync(agent.logFile(build), "utf8"),
      parts,
      secrets: [...Object.values(identity), ...passwords],
    };
  }

  async function read(key: string): Promise<Buffer> {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
    return Buffer.from((await Body?.transformToByteArray()) ?? []);
  }

  async function keys(Prefix: string): Promise<string[]> {
    const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: bucket, Prefix }));
    return Contents.map(({ Key = "" }) => Key);
  }

  async function stop(): Promise<void> {
    await agent.stop();
    await machines.stop();
    await Promise.all([emulator.stop(), upstream.stop()]);
    rmSync(dir, { recursive: true, force: true });
  }

  return { emulator, upstream, ec2, s3, machines, run, read, keys, stop };
}

/** PACKER_DEPLOYMENT with the shortest polling interval. */
function placeOf({ region }: Emulator, [guest, harvest]: string[]): object {
  return {
    region,
    instance_type: "m7i.xlarge",
    security_group_ids: [],
    temporary_security_group_source_cidrs: ["203.0.113.7/32"],
    ssh_interface: "private_ip",
    associate_public_ip_address: false,
    iam_instance_profile: guest,
    harvest_instance_profile: harvest,
    bucket,
    aws_poll_delay_seconds: 1,
  };
}

/** Splits the calls by machine: for each of them Packer first creates a key pair. */
function partsOf(transcripts: Transcript[], calls: RecordedCall[]): Part[] {
  const begins = calls.flatMap(({ operation }, index) => (operation === "CreateKeyPair" ? [index] : []));
  return transcripts.map((transcript, index) => ({
    transcript,
    calls: calls.slice(index === 0 ? 0 : begins[index], begins[index + 1]),
  }));
}
