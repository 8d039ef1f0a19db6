import { EventEmitter } from "node:events";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { paginateGetParametersByPath, SSMClient } from "@aws-sdk/client-ssm";
import type { Configuration } from "../functions/configuration.ts";
import { type Emulator, startEmulator } from "./aws/emulator.ts";
import { publishAll } from "./aws/public-images.ts";
import { createRoleCredentials } from "./aws/role-credentials.ts";
import { startUpstream, type Upstream } from "./aws/upstream.ts";
import { type Clock, createClock } from "./clock/clock.ts";
import { type Agent, startCodeBuildAgent } from "./codebuild/agent.ts";
import { deploy } from "./deploy/deploy.ts";
import type { Deployment } from "./deploy/deployment.ts";
import { type Inbox, openInbox } from "./inbox.ts";
import type { LogLine } from "./lambda/function.ts";
import { type Functions, startFunctions } from "./lambda/functions.ts";
import { writeLocalConfiguration } from "./local-configuration.ts";
import { createSchedules, type Schedules } from "./schedules/schedules.ts";
import type { Tools } from "./tools/install.ts";
import { type Machines, startMachines } from "./windows/machines.ts";

const root = fileURLToPath(new URL("..", import.meta.url));

/** The whole service on this machine: the production code, with AWS and the Windows machines stood in for. */
export interface Stack {
  clock: Clock;
  emulator: Emulator;
  upstream: Upstream;
  machines: Machines;
  codebuild: Agent;
  deployment: Deployment;
  configuration: Configuration;
  schedules: Schedules;
  functions: Functions;
  inbox: Inbox;
  /** Structured lines of both functions, in order. */
  logs: LogLine[];
  /** Fires `change` whenever a function has logged, a build has moved on or a notification has come; `trouble` when a part has broken down. */
  events: EventEmitter<{ change: [string]; trouble: [Error] }>;
  /** Image IDs by parameter name, of all channels. */
  parameters(): Promise<Record<string, string>>;
  stop(): Promise<void>;
}

export interface StackOptions {
  tools: Tools;
  stage: string;
  /** The user's configuration. */
  configFile?: string;
  /** Where the stack's time begins. */
  startsAt: Date;
  /** When AWS released the base images that are there from the start. */
  basesReleasedAt: Date;
  say: (line: string) => void;
  /** Aborted: everything that has been started is stopped again. */
  signal?: AbortSignal;
}

/**
 * Starts every part, deploys the real `sst.config.ts` and connects them.
 * @throws Error of the first part that did not come up, after the others have been stopped
 */
export async function startStack(options: StackOptions): Promise<Stack> {
  const stops: (() => Promise<void>)[] = [];
  let stopped: Promise<void> | undefined;
  /** Last started, first stopped. */
  function stop(): Promise<void> {
    stopped ??= stops.toReversed().reduce((before, one) => before.then(one), Promise.resolve());
    return stopped;
  }
  try {
    return await start(options, stops, stop);
  } catch (error) {
    await stop();
    throw error;
  }
}

async function start(
  { tools, stage, configFile = join(root, "config.ts"), startsAt, basesReleasedAt, say, signal }: StackOptions,
  stops: (() => Promise<void>)[],
  stop: () => Promise<void>,
): Promise<Stack> {
  function keep<T extends { stop(): Promise<void> }>(part: T): T {
    stops.push(() => part.stop());
    signal?.throwIfAborted();
    return part;
  }
  const dir = mkdtempSync(join(tmpdir(), "eksw-"));
  stops.push(async () => rmSync(dir, { recursive: true, force: true }));
  const clock = createClock(join(dir, "clock"), startsAt);
  const now = () => clock.now();
  const events: Stack["events"] = new EventEmitter();
  const change = (what: string) => events.emit("change", what);

  say("starting the AWS emulator, the Kubernetes release host and the Windows machines");
  const upstream = keep(await startUpstream());
  const emulator = keep(await startEmulator({ tools, dir: join(dir, "aws"), clock }));
  const { url: endpoint, region, credentials } = emulator;
  await publishAll(emulator, basesReleasedAt);
  const machines = keep(
    await startMachines({
      emulator,
      password: (instanceId) => emulator.password(instanceId),
      packerDir: join(root, "packer"),
      log: change,
      now,
      onConsole: (instanceId, text) =>
        emulator.setConsole(instanceId, text).catch((error) => events.emit("trouble", error)),
    }),
  );
  const codebuild = keep(
    await startCodeBuildAgent({
      emulatorUrl: endpoint,
      infraCredentials: credentials,
      region,
      clock,
      tools,
      dir: join(dir, "b"),
      log: change,
      extraEnv: { CONSOLE_POLL_SECONDS: "5" },
    }),
  );
  codebuild.onChange((build) => change(`${build.id} ${build.currentPhase}`));

  const aws = { endpoint, region, credentials };
  const inbox = keep(await openInbox(aws, ({ kind, variant }) => change(`notification ${kind} ${variant}`)));
  const localConfiguration = join(dir, "config.ts");
  const configuration = await writeLocalConfiguration(localConfiguration, resolve(configFile), {
    network: { kind: "vpc", vpcId: emulator.network.vpcId, subnetIds: [emulator.network.subnetId] },
    kubernetesReleaseUrl: upstream.url,
    packerReleaseUrl: upstream.filesUrl,
    subscriber: inbox.arn,
  });
  for (const minor of new Set(configuration.variants.map(({ kubernetes }) => kubernetes))) {
    upstream.setKubernetes(`${minor}.7`);
    upstream.setEksKubernetes(`${minor}.7`);
  }

  say("deploying sst.config.ts to it");
  mkdirSync(join(dir, "deploy"));
  const deployment = await deploy({
    emulator,
    codebuildUrl: codebuild.url,
    stage,
    root,
    configFile: localConfiguration,
    dir: join(dir, "deploy"),
    signal,
  });

  const roles = createRoleCredentials({ ...aws, now });
  const logs: LogLine[] = [];
  const functions = keep(
    await startFunctions({
      deployment,
      host: {
        region,
        endpoints: { default: endpoint, CODEBUILD: codebuild.url, EKS: upstream.eksUrl },
        roles,
        clock,
        onLog: (line) => {
          logs.push(line);
          change(`log of ${line.functionName}`);
        },
      },
      now,
      onFailure: (error) => events.emit("trouble", error),
    }),
  );
  return {
    clock,
    emulator,
    upstream,
    machines,
    codebuild,
    deployment,
    configuration,
    schedules: createSchedules({ ...aws, roles }),
    functions,
    inbox,
    logs,
    events,
    parameters: () => readParameters(new SSMClient(aws), deployment.channelsPrefix),
    stop,
  };
}

async function readParameters(client: SSMClient, path: string): Promise<Record<string, string>> {
  const parameters: Record<string, string> = {};
  for await (const { Parameters = [] } of paginateGetParametersByPath({ client }, { Path: path, Recursive: true }))
    for (const { Name = "", Value = "" } of Parameters) parameters[Name] = Value;
  return parameters;
}
