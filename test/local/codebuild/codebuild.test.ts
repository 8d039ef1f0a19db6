import { spawnSync } from "node:child_process";
import { EventEmitter } from "node:events";
import { chmodSync, cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  AccountLimitExceededException,
  BatchGetBuildsCommand,
  BatchGetProjectsCommand,
  CodeBuildClient,
  CreateProjectCommand,
  DeleteProjectCommand,
  InvalidInputException,
  ListBuildsForProjectCommand,
  ResourceAlreadyExistsException,
  ResourceNotFoundException,
  StartBuildCommand,
  type StartBuildCommandInput,
  StopBuildCommand,
} from "@aws-sdk/client-codebuild";
import { DescribeImagesCommand, EC2Client, ModifyImageAttributeCommand } from "@aws-sdk/client-ec2";
import { CreateRoleCommand, IAMClient } from "@aws-sdk/client-iam";
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutBucketVersioningCommand,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { strToU8, zipSync } from "fflate";
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from "vitest";
import { recipeFiles, recipeHash } from "../../../infra/recipe.ts";
import { type Emulator, startEmulator } from "../../../local/aws/emulator.ts";
import { type Clock, createClock } from "../../../local/clock/clock.ts";
import { type Agent, startCodeBuildAgent } from "../../../local/codebuild/agent.ts";
import type { Build } from "../../../local/codebuild/build.ts";
import { whileMoving } from "../../../local/stack/stall.ts";
import { installTools, type Tools } from "../../../local/tools/install.ts";
import { eventually } from "../eventually.ts";

const root = join(import.meta.dirname, "../../..");
const bucket = "artifacts";
/** Changes with every log line and phase of any build. */
const movement = new EventEmitter<{ change: [string] }>();

let dir: string;
let tools: Tools;
let clock: Clock;
let emulator: Emulator;
let agent: Agent;
let codebuild: CodeBuildClient;
let roleArn: string;
let count = 0;

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), "codebuild-"));
  tools = await installTools(() => {});
  clock = createClock(join(dir, "clock"), new Date("2026-11-10T19:00:00Z"));
  emulator = await startEmulator({ tools, dir, clock });
  await s3().send(new CreateBucketCommand({ Bucket: bucket }));
  await s3().send(new PutBucketVersioningCommand({ Bucket: bucket, VersioningConfiguration: { Status: "Enabled" } }));
  const trust = {
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Principal: { Service: "codebuild.amazonaws.com" }, Action: "sts:AssumeRole" }],
  };
  const iam = new IAMClient(access());
  const { Role } = await iam.send(
    new CreateRoleCommand({ RoleName: "build", AssumeRolePolicyDocument: JSON.stringify(trust) }),
  );
  roleArn = Role?.Arn as string;
  agent = await startAgent("agent");
  codebuild = client(agent);
});

afterAll(async () => {
  await agent?.stop();
  await emulator?.stop();
  rmSync(dir, { recursive: true, force: true });
});

function access() {
  return { endpoint: emulator.url, region: emulator.region, credentials: emulator.credentials };
}

function s3() {
  return new S3Client({ ...access(), forcePathStyle: true });
}

function client({ url }: Agent) {
  return new CodeBuildClient({ ...access(), endpoint: url, maxAttempts: 1 });
}

function startAgent(name: string, options: { minute?: number; packer?: string } = {}): Promise<Agent> {
  const { packer = tools.packer, ...rest } = options;
  return startCodeBuildAgent({
    emulatorUrl: emulator.url,
    infraCredentials: emulator.credentials,
    region: emulator.region,
    clock,
    tools: { ...tools, packer },
    dir: join(dir, name),
    log: (line) => movement.emit("change", line),
    ...rest,
  });
}

/** Creates a project whose buildspec has these commands. */
async function project(
  commands: Partial<Record<"install" | "pre_build" | "build" | "post_build", string[]>>,
  {
    exported = [],
    variables = {},
    limit,
    at = codebuild,
    nodejs,
    pinned,
  }: {
    exported?: string[];
    variables?: Record<string, string>;
    limit?: number;
    at?: CodeBuildClient;
    nodejs?: number;
    pinned?: boolean;
  } = {},
): Promise<string> {
  const phases = {
    ...(nodejs && { install: { "runtime-versions": { nodejs } } }),
    ...Object.fromEntries(Object.entries(commands).map(([phase, all]) => [phase, { commands: all }])),
  };
  // JSON is YAML too.
  const buildspec = JSON.stringify({
    version: 0.2,
    env: { shell: "bash", variables: { LAYER: "buildspec", OWN: "buildspec" }, "exported-variables": exported },
    phases,
  });
  return projectOf(
    { "buildspec/build.yml": strToU8(buildspec) },
    { variables: { LAYER: "project", ...variables }, limit, at, pinned },
  );
}

async function projectOf(
  files: Record<string, Uint8Array>,
  {
    variables = {},
    limit,
    at = codebuild,
    pinned = false,
  }: { variables?: Record<string, string>; limit?: number; at?: CodeBuildClient; pinned?: boolean },
): Promise<string> {
  const name = `project-${++count}`;
  const { VersionId } = await s3().send(
    new PutObjectCommand({ Bucket: bucket, Key: `source/${name}.zip`, Body: zipSync(files) }),
  );
  await at.send(
    new CreateProjectCommand({
      name,
      source: { type: "S3", location: `${bucket}/source/${name}.zip`, buildspec: "buildspec/build.yml" },
      ...(pinned && { sourceVersion: VersionId }),
      artifacts: { type: "NO_ARTIFACTS" },
      environment: {
        type: "LINUX_CONTAINER",
        image: "aws/codebuild/amazonlinux-x86_64-standard:5.0",
        computeType: "BUILD_GENERAL1_SMALL",
        environmentVariables: asList(variables),
      },
      serviceRole: roleArn,
      ...(limit && { concurrentBuildLimit: limit }),
    }),
  );
  return name;
}

function asList(variables: Record<string, string>) {
  return Object.entries(variables).map(([name, value]) => ({ name, value, type: "PLAINTEXT" as const }));
}

async function start(projectName: string, more: Partial<StartBuildCommandInput> = {}, at = codebuild): Promise<string> {
  const { build } = await at.send(new StartBuildCommand({ projectName, ...more }));
  return build?.id as string;
}

function finished(id: string, of = agent): Promise<Build> {
  const completed = Promise.withResolvers<Build>();
  const check = () => {
    const build = of.builds().find((one) => one.id === id);
    if (build) movement.emit("change", `${id} ${build.currentPhase}`);
    if (build?.currentPhase === "COMPLETED") completed.resolve(build);
  };
  onTestFinished(of.onChange(check));
  check();
  return whileMoving(movement, `the build ${id} is completed`, () => completed.promise);
}

function exportedBy(build: Build): Record<string, string> {
  return Object.fromEntries(build.exportedEnvironmentVariables.map(({ name, value }) => [name, value]));
}

function phasesOf(build: Build): string[] {
  return build.phases.map(({ phaseType, phaseStatus = "" }) => `${phaseType} ${phaseStatus}`.trim());
}

async function logOf(build: Build): Promise<string> {
  return (await fetch(build.logs.deepLink)).text();
}

/** A command that runs until it is ended. It creates the file `waiting` at its start and `cleaned` on a TERM. */
const endless = [
  `trap 'touch "$MARKS/cleaned"; exit 1' TERM`,
  `touch "$MARKS/waiting"`,
  "while :; do sleep 0.02; done",
].join("\n");

function marks(): string {
  return mkdtempSync(join(dir, "marks-"));
}

async function waiting(place: string): Promise<void> {
  await eventually("the command waits", async () => readdirSync(place).includes("waiting"));
}

describe("the API", () => {
  test("stores a project and returns it", async () => {
    const name = await project({ build: ["true"] });

    const { projects, projectsNotFound } = await codebuild.send(
      new BatchGetProjectsCommand({ names: [name, "other"] }),
    );

    expect(projects).toMatchObject([
      { name, serviceRole: roleArn, timeoutInMinutes: 60, created: clock.now() && expect.any(Date) },
    ]);
    expect(projectsNotFound).toEqual(["other"]);
  });

  test("refuses a second project of the same name", async () => {
    const name = await project({ build: ["true"] });
    const again = {
      name,
      source: { type: "S3", location: "b/k", buildspec: "b" },
      artifacts: { type: "NO_ARTIFACTS" },
      environment: { type: "LINUX_CONTAINER", image: "i", computeType: "BUILD_GENERAL1_SMALL" },
      serviceRole: roleArn,
    } as const;

    await expect(codebuild.send(new CreateProjectCommand(again))).rejects.toThrow(ResourceAlreadyExistsException);
  });

  test("refuses a project or build that does not exist", async () => {
    await expect(start("missing")).rejects.toThrow(ResourceNotFoundException);
    await expect(codebuild.send(new ListBuildsForProjectCommand({ projectName: "missing" }))).rejects.toThrow(
      ResourceNotFoundException,
    );
    await expect(codebuild.send(new StopBuildCommand({ id: "missing:1" }))).rejects.toThrow(ResourceNotFoundException);
    expect(await codebuild.send(new BatchGetBuildsCommand({ ids: ["missing:1"] }))).toMatchObject({
      builds: [],
      buildsNotFound: ["missing:1"],
    });
  });

  test("refuses unknown parameters and operations instead of ignoring them", async () => {
    const name = await project({ build: ["true"] });

    await expect(start(name, { buildspecOverride: "version: 0.2" })).rejects.toThrow(InvalidInputException);
    await expect(start(name, { environmentVariablesOverride: [{ name: "A B", value: "x" }] })).rejects.toThrow(
      InvalidInputException,
    );
    await expect(codebuild.send(new DeleteProjectCommand({ name }))).rejects.toThrow("is not known here");
  });

  test("refuses variables beyond CodeBuild's limit", async () => {
    const name = await project({ build: ["true"] });

    const starting = start(name, { environmentVariablesOverride: asList({ REASONS: "x".repeat(5500) }) });

    await expect(starting).rejects.toThrow(InvalidInputException);
  });

  test("numbers a project's builds and lists the newest first", async () => {
    const name = await project({ build: ["true"] });
    const first = await start(name);
    const second = await start(name);

    const { ids } = await codebuild.send(new ListBuildsForProjectCommand({ projectName: name }));
    const { builds } = await codebuild.send(new BatchGetBuildsCommand({ ids: [first, second] }));

    expect(ids).toEqual([second, first]);
    expect(builds?.map(({ buildNumber }) => buildNumber)).toEqual([1, 2]);
    await Promise.all([finished(first), finished(second)]);
  });

  test("starts no more concurrent builds than the project allows", async () => {
    const place = marks();
    const name = await project({ build: [endless] }, { variables: { MARKS: place }, limit: 1 });
    const running = await start(name);

    const tooMany = start(name);

    await expect(tooMany).rejects.toThrow(AccountLimitExceededException);
    await codebuild.send(new StopBuildCommand({ id: running }));
    await finished(running);
    await expect(start(name)).resolves.toContain(name);
  });

  test("treats a repeated idempotency token as the same build for five minutes of the stack's clock", async () => {
    const name = await project({ build: ["true"] });
    const order = { idempotencyToken: "a".repeat(64), environmentVariablesOverride: asList({ ATTEMPT: "1" }) };

    const first = await start(name, order);
    const again = await start(name, order);
    const other = start(name, { ...order, environmentVariablesOverride: asList({ ATTEMPT: "2" }) });
    await expect(other).rejects.toThrow(/idempotencyToken/);
    clock.advanceBy(5 * 60_000);
    const later = await start(name, order);

    expect(again).toBe(first);
    expect(later).not.toBe(first);
    await Promise.all([finished(first), finished(later)]);
  });
});

describe("a build", () => {
  test("runs the commands of all phases in one shell", async () => {
    const name = await project(
      {
        install: ["export TRAIL=install"],
        pre_build: ['TRAIL="$TRAIL pre_build"', "cd .."],
        build: ['TRAIL="$TRAIL build"', "export PLACE=$(pwd)"],
        post_build: ['TRAIL="$TRAIL post_build $CODEBUILD_BUILD_SUCCEEDING"'],
      },
      { exported: ["TRAIL", "PLACE", "MISSING"] },
    );

    const build = await finished(await start(name));

    expect(build.buildStatus).toBe("SUCCEEDED");
    expect(exportedBy(build)).toEqual({
      TRAIL: "install pre_build build post_build 1",
      PLACE: expect.stringMatching(/\d$/),
    });
    expect(phasesOf(build)).toEqual([
      ...[
        "SUBMITTED",
        "QUEUED",
        "PROVISIONING",
        "DOWNLOAD_SOURCE",
        "INSTALL",
        "PRE_BUILD",
        "BUILD",
        "POST_BUILD",
        "FINALIZING",
      ].map((phase) => `${phase} SUCCEEDED`),
      "COMPLETED",
    ]);
  });

  test("prefers variables of the start call to the project's and those to the buildspec's", async () => {
    const name = await project(
      { build: ['export SEEN="$OWN $LAYER $ORDER"'] },
      { exported: ["SEEN"], variables: { ORDER: "project" } },
    );

    const build = await finished(
      await start(name, { environmentVariablesOverride: asList({ ORDER: "order's\n$(own) `way`" }) }),
    );

    expect(exportedBy(build).SEEN).toBe("buildspec project order's\n$(own) `way`");
  });

  test("inherits nothing from the environment of the stack", async () => {
    vi.stubEnv("AWS_PROFILE", "developer");
    vi.stubEnv("SECRET_OF_THE_DEVELOPER", "hunter2");
    onTestFinished(() => {
      vi.unstubAllEnvs();
    });
    const name = await project({ build: ['export ALL="$(env)"'] }, { exported: ["ALL"] });

    const build = await finished(await start(name));

    expect(exportedBy(build).ALL).toContain(`CODEBUILD_BUILD_ID=${build.id}`);
    expect(exportedBy(build).ALL).not.toMatch(/developer|hunter2/);
  });

  test("calls AWS with the role of its project", async () => {
    const name = await project(
      { build: ['export WHO="$(aws sts get-caller-identity --query Arn --output text)"'] },
      { exported: ["WHO"] },
    );

    const build = await finished(await start(name));

    expect(exportedBy(build).WHO).toMatch(/assumed-role\/build\/AWSCodeBuild-/);
  });

  test("runs in the stack's time", async () => {
    const name = await project(
      {
        build: [
          "export BASH_SAYS=$(date -u +%Y-%m-%d)",
          "export NODE_SAYS=$(node -p 'new Date().toISOString().slice(0, 10)')",
        ],
      },
      { exported: ["BASH_SAYS", "NODE_SAYS"], nodejs: 24 },
    );

    const build = await finished(await start(name));

    const today = clock.now().toISOString().slice(0, 10);
    expect(exportedBy(build)).toEqual({ BASH_SAYS: today, NODE_SAYS: today });
    expect(build.startTime.toISOString().slice(0, 10)).toBe(today);
  });

  test("runs the Node.js that its buildspec names", async () => {
    const name = await project({ build: ["export NODE=$(node --version)"] }, { exported: ["NODE"], nodejs: 24 });

    const build = await finished(await start(name));

    expect(exportedBy(build).NODE).toMatch(/^v24\./);
  });

  test("fails before its first phase if the Node.js that its buildspec names cannot be installed", async () => {
    const name = await project({ build: ["true"], post_build: ["true"] }, { nodejs: 99 });

    const build = await finished(await start(name));

    expect(build.buildStatus).toBe("FAILED");
    expect(phasesOf(build).slice(-3)).toEqual(["DOWNLOAD_SOURCE FAILED", "FINALIZING SUCCEEDED", "COMPLETED"]);
    expect(build.phases.flatMap(({ contexts = [] }) => contexts)).toMatchObject([
      { message: expect.stringContaining("n --no-preserve 99") },
    ]);
    expect(await logOf(build)).toContain("this machine has no Node.js 99");
  });

  test("does not run this machine's Node.js if its buildspec names none", async () => {
    const name = await project({ build: ["node --version"] });

    const build = await finished(await start(name));

    expect(phasesOf(build)).toContain("BUILD FAILED");
    expect(await logOf(build)).toContain("CodeBuild's image runs Node.js 18 here");
  });

  test("runs post_build after a failed build, and fails", async () => {
    const name = await project(
      { build: ["echo trying", "false", "echo never"], post_build: ["export SUCCEEDING=$CODEBUILD_BUILD_SUCCEEDING"] },
      { exported: ["SUCCEEDING"] },
    );

    const build = await finished(await start(name));

    expect(build.buildStatus).toBe("FAILED");
    expect(exportedBy(build)).toEqual({ SUCCEEDING: "0" });
    expect(phasesOf(build)).toEqual(expect.arrayContaining(["BUILD FAILED", "POST_BUILD SUCCEEDED"]));
    expect(build.phases.find(({ phaseType }) => phaseType === "BUILD")?.contexts).toEqual([
      { statusCode: "COMMAND_EXECUTION_ERROR", message: "Error while executing command: false. Reason: exit status 1" },
    ]);
    expect(await logOf(build)).toMatch(/^trying$(.|\n)*Phase complete: BUILD State: FAILED/m);
    expect(await logOf(build)).not.toMatch(/^never$/m);
  });

  test("runs no further phase after a failed pre_build", async () => {
    const name = await project({ pre_build: ["exit 3"], build: ["true"], post_build: ["true"] });

    const build = await finished(await start(name));

    expect(build.buildStatus).toBe("FAILED");
    expect(phasesOf(build).slice(-3)).toEqual(["PRE_BUILD FAILED", "FINALIZING SUCCEEDED", "COMPLETED"]);
  });

  test.each([
    ["the version of its source that its project names", true, "SUCCEEDED"],
    ["the newest version of its source if its project names none", false, "FAILED"],
  ])("takes %s", async (_, pinned, status) => {
    const name = await project({ build: ["true"] }, { pinned });
    await s3().send(new PutObjectCommand({ Bucket: bucket, Key: `source/${name}.zip`, Body: "not this archive" }));

    const build = await finished(await start(name));

    expect(build.buildStatus).toBe(status);
  });

  test("fails when the version of its source is gone", async () => {
    const name = await project({ build: ["true"] }, { pinned: true });
    const key = { Bucket: bucket, Key: `source/${name}.zip` };
    const { VersionId } = await s3().send(new HeadObjectCommand(key));
    await s3().send(new PutObjectCommand({ ...key, Body: "not this archive" }));
    await s3().send(new DeleteObjectCommand({ ...key, VersionId }));

    const build = await finished(await start(name));

    expect(phasesOf(build)).toContain("DOWNLOAD_SOURCE FAILED");
  });

  test("fails when its source is not an archive", async () => {
    const name = await project({ build: ["true"] });
    await s3().send(new PutObjectCommand({ Bucket: bucket, Key: `source/${name}.zip`, Body: "no archive" }));

    const build = await finished(await start(name));

    expect(build.buildStatus).toBe("FAILED");
    expect(phasesOf(build)).toContain("DOWNLOAD_SOURCE FAILED");
  });

  test("ends as FAULT when CodeBuild itself fails", async () => {
    const name = await project({ build: ["true"] });
    agent.faultNext();

    const faulty = await finished(await start(name));
    const next = await finished(await start(name));

    expect(faulty.buildStatus).toBe("FAULT");
    expect(next.buildStatus).toBe("SUCCEEDED");
  });

  test("is killed when it is stopped: nothing in it can clean up", async () => {
    const place = marks();
    const name = await project(
      { build: [`bash -c '${endless.replaceAll("'", "'\\''")}'`], post_build: ["true"] },
      { variables: { MARKS: place } },
    );
    const id = await start(name);
    await waiting(place);

    await codebuild.send(new StopBuildCommand({ id }));
    const build = await finished(id);

    expect(build.buildStatus).toBe("STOPPED");
    expect(phasesOf(build).slice(-3)).toEqual(["BUILD STOPPED", "FINALIZING SUCCEEDED", "COMPLETED"]);
    expect(readdirSync(place)).toEqual(["waiting"]);
  });

  test("is killed at its timeout: nothing in it can clean up", async () => {
    const hurried = await startAgent("hurried", { minute: 100 });
    onTestFinished(() => hurried.stop());
    const place = marks();
    const name = await project({ build: [endless] }, { variables: { MARKS: place }, at: client(hurried) });

    const build = await finished(await start(name, { timeoutInMinutesOverride: 5 }, client(hurried)), hurried);

    expect(build.buildStatus).toBe("TIMED_OUT");
    expect(phasesOf(build)).toContain("FINALIZING SUCCEEDED");
    expect(readdirSync(place)).not.toContain("cleaned");
  });

  test.each(["TIMED_OUT", "FAULT"] as const)(
    "is killed when CodeBuild ends it as %s, at any moment",
    async (status) => {
      const place = marks();
      const name = await project({ build: [endless] }, { variables: { MARKS: place } });
      const id = await start(name);
      await waiting(place);

      const build = agent.builds().find((one) => one.id === id);
      if (build) agent.kill(build, status);

      expect((await finished(id)).buildStatus).toBe(status);
      expect(readdirSync(place)).toEqual(["waiting"]);
    },
  );

  test("leaves no process behind when the agent stops", async () => {
    const brief = await startAgent("brief");
    const place = marks();
    const name = await project(
      {
        build: [
          `bash -c 'trap "" TERM; echo $$ >"$MARKS/process"; touch "$MARKS/waiting"; while :; do sleep 0.02; done'`,
        ],
      },
      { variables: { MARKS: place }, at: client(brief) },
    );
    await start(name, {}, client(brief));
    await waiting(place);

    await brief.stop();

    const process = readFileSync(join(place, "process"), "utf8").trim();
    const { stdout } = spawnSync("ps", ["-o", "stat=", "-p", process], { encoding: "utf8" });
    // Z: dead, and only not yet collected by the machine's first process.
    expect(stdout.trim()).toMatch(/^(Z.*)?$/);
    expect(brief.builds()).toMatchObject([{ buildStatus: "STOPPED" }]);
  });
});

test("a build sends an event to the account's bus at its start and at its end", async () => {
  const name = await project(
    { build: ["export IMAGE_ID=ami-0a1b2c3d"] },
    { exported: ["IMAGE_ID"], variables: { STAGE: "test" } },
  );

  const build = await finished(await start(name));

  const events = await eventually("both events are on the bus", async () => {
    const own = (await emulator.events()).filter(({ resources }) => resources.includes(build.arn));
    return own.length === 2 && own;
  });
  expect(events).toMatchObject([
    {
      bus: "default",
      source: "aws.codebuild",
      detailType: "CodeBuild Build State Change",
      detail: { "build-status": "IN_PROGRESS" },
    },
    {
      detail: {
        "build-status": "SUCCEEDED",
        "project-name": name,
        "build-id": build.arn,
        "current-phase": "COMPLETED",
        "additional-information": {
          "build-start-time": expect.stringMatching(/^Nov \d+, 2026 \d+:\d\d:\d\d [AP]M$/),
          environment: {
            "environment-variables": expect.arrayContaining(
              asList({ STAGE: "test" }).map((one) => expect.objectContaining(one)),
            ),
          },
          "exported-environment-variables": [{ name: "IMAGE_ID", value: "ami-0a1b2c3d" }],
          logs: { "deep-link": build.logs.deepLink },
        },
      },
    },
  ]);
});

describe("the real buildspec", () => {
  /** A copy of the current recipe, which no other test changes. */
  function receivedRecipe(): { files: Record<string, Uint8Array>; hash: string } {
    const copy = mkdtempSync(join(dir, "recipe-"));
    for (const folder of ["buildspec", "packer"]) cpSync(join(root, folder), join(copy, folder), { recursive: true });
    const files = recipeFiles(copy).map((file) => [file, new Uint8Array(readFileSync(join(copy, file)))]);
    return { files: Object.fromEntries(files), hash: recipeHash(copy) };
  }

  /** A script in place of Packer. The image that it reports exists already. */
  function packerThatMakes(image: string): string {
    const file = join(dir, `packer-${++count}`);
    const script = `#!/usr/bin/env bash
for argument; do
  case "$argument" in manifest_path=*) manifest="\${argument#*=}" ;; output_dir=*) reports="\${argument#*=}" ;; esac
done
case "$1 \${!#}" in
  "version version") echo "Packer v1.16.0" ;;
  "plugins installed") echo "/plugins/github.com/hashicorp/amazon/packer-plugin-amazon_v1.8.2_x5.0_linux_amd64" ;;
  "build packer/")
    echo '{"builds":[{"packer_run_uuid":"r","artifact_id":"us-east-1:${image}"}],"last_run_uuid":"r"}' >"$manifest"
    echo '{"osBuild":"20348.4052","kubernetes":{"kubelet":"1.35.8"},"containerd":"1.7.27"}' >"$reports/report.json"
    echo '{"passed":31,"failed":0}' >"$reports/tests.json" ;;
  "build packer/proof/") echo '{"result":"passed","checks":[{"name":"kubelet","passed":true}]}' >"$reports/proof.json" ;;
esac
`;
    writeFileSync(file, script);
    chmodSync(file, 0o755);
    return file;
  }

  test("builds the requested recipe and tags the image with its proof", async () => {
    const image = await emulator.addPublicImage({ name: "made-by-packer", owner: emulator.accountId });
    const ec2 = new EC2Client(access());
    await ec2.send(new ModifyImageAttributeCommand({ ImageId: image, ImdsSupport: { Value: "v2.0" } }));
    const builder = await startAgent("builder", { packer: packerThatMakes(image) });
    onTestFinished(() => builder.stop());
    const recipe = receivedRecipe();
    const name = await projectOf(recipe.files, {
      at: client(builder),
      variables: { BUCKET: bucket, PACKER_DEPLOYMENT: "{}", ADDRESS_URL: "" },
    });
    const variables = {
      variant: "windows-2022-core-1.35",
      base_family: "EKS_Optimized",
      windows: "2022",
      kubernetes_version: "1.35.8",
    };
    const order = {
      PURPOSE: "build",
      TOKEN: "cd".repeat(32),
      IDENTITY: "ef".repeat(32),
      RECIPE: recipe.hash,
      PACKER_VARIABLES: JSON.stringify(variables),
    };

    const build = await finished(
      await start(name, { environmentVariablesOverride: asList(order) }, client(builder)),
      builder,
    );

    const { Images } = await ec2.send(new DescribeImagesCommand({ ImageIds: [image] }));
    const tags = Object.fromEntries((Images?.[0]?.Tags ?? []).map(({ Key = "", Value }) => [Key, Value]));
    expect(exportedBy(build)).toEqual({
      IMAGE_ID: image,
      PROOF: "passed",
      FAILURE_CLASS: "",
      FAILURE_CAUSE: "",
      FAILURE_LINES: "",
    });
    expect(build.buildStatus).toBe("SUCCEEDED");
    expect(tags).toMatchObject({
      "eks-windows-images:os-build": "20348.4052",
      "eks-windows-images:kubelet": "1.35.8",
      "eks-windows-images:containerd": "1.7.27",
      "eks-windows-images:proof": "passed",
    });
    expect(tags["eks-windows-images:proved-at"]?.slice(0, 10)).toBe(clock.now().toISOString().slice(0, 10));
    const kept = await s3().send(new ListObjectsV2Command({ Bucket: bucket, Prefix: `reports/${image}/` }));
    expect(kept.Contents?.map(({ Key }) => Key)).toEqual(
      ["proof.json", "report.json", "tests.json"].map((name) => `reports/${image}/${name}`),
    );
    const records = await s3().send(new ListObjectsV2Command({ Bucket: bucket, Prefix: "records/" }));
    expect(records.Contents?.map(({ Key, Size }) => [Key, Size])).toEqual(
      ["made", "passed"].map((result) => [`records/proofs/${image}/${result}-${order.TOKEN}-${order.IDENTITY}`, 0]),
    );
  });

  test("ends its log with the reason of its failure", async () => {
    const builder = await startAgent("refuser", { packer: packerThatMakes("ami-0a1b2c3d") });
    onTestFinished(() => builder.stop());
    const recipe = receivedRecipe();
    const name = await projectOf(recipe.files, { at: client(builder), variables: { BUCKET: bucket } });
    const order = { PURPOSE: "build", TOKEN: "cd".repeat(32), IDENTITY: "ef".repeat(32), RECIPE: "0".repeat(64) };

    const build = await finished(
      await start(name, { environmentVariablesOverride: asList(order) }, client(builder)),
      builder,
    );

    expect(build.buildStatus).toBe("FAILED");
    expect(exportedBy(build)).toMatchObject({ IMAGE_ID: "", PROOF: "", FAILURE_CLASS: "recipe" });
    expect(await logOf(build)).toMatch(
      /\nFAILURE_CLASS=recipe\nFAILURE_CAUSE=the received source is recipe [^\n]+\n\[Container\][^\n]+\n$/,
    );
  });
});
