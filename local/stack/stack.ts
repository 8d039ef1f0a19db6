import { EventEmitter } from "node:events";
import { mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { SSMClient } from "@aws-sdk/client-ssm";
import type { Configuration } from "../../functions/config/configuration.ts";
import { type Emulator, type RecordedCall, startEmulator } from "../aws/emulator.ts";
import { firstPatch, releaseKubernetes } from "../aws/kubernetes-releases.ts";
import { publishAll } from "../aws/public-images.ts";
import { createRoleCredentials } from "../aws/role-credentials.ts";
import { attributed } from "../aws/side-calls.ts";
import { startUpstream, type Upstream } from "../aws/upstream.ts";
import { type Clock, createClock } from "../clock/clock.ts";
import { type Agent, startCodeBuildAgent } from "../codebuild/agent.ts";
import { deploy } from "../deploy/deploy.ts";
import type { Deployment } from "../deploy/deployment.ts";
import type { LogLine } from "../lambda/function.ts";
import { type Functions, startFunctions } from "../lambda/functions.ts";
import { createSchedules, type Schedules } from "../schedules/schedules.ts";
import type { Tools } from "../tools/install.ts";
import { type Machines, startMachines } from "../winrm/machines.ts";
import type { StackEvents } from "./events.ts";
import { keepFunctionLog } from "./function-log.ts";
import { type Inbox, openInbox } from "./inbox.ts";
import { writeLocalConfiguration } from "./local-configuration.ts";
import { readParameters } from "./parameters.ts";
import { makeScratch } from "./scratch.ts";
import { createStops, type Stops } from "./stops.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

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
  events: StackEvents;
  /** Every call of AWS, whoever stands for the service: first the emulator's, then CodeBuild's and EKS's. */
  calls(): Promise<RecordedCall[]>;
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
  /** Must exist. Gets the logs of emulator, builds and functions, which else go with the stack. */
  logDir?: string;
  /** Aborted: everything that has been started is stopped again. */
  signal?: AbortSignal;
}

/**
 * Starts every part, deploys the real `sst.config.ts` and connects them.
 * @throws Error of the first part that did not come up, after the others have been stopped
 */
export async function startStack(options: StackOptions): Promise<Stack> {
  const stops = createStops();
  try {
    return await start(options, stops);
  } catch (error) {
    await stops.stop().catch((failure: unknown) => {
      throw new AggregateError([error, failure], "starting the stack and stopping it again");
    });
    throw error;
  }
}

async function start(
  { tools, stage, configFile = join(root, "config.ts"), startsAt, basesReleasedAt, say, logDir, signal }: StackOptions,
  stops: Stops,
): Promise<Stack> {
  function keep<T extends { stop(): Promise<void> }>(part: T): T {
    stops.add(() => part.stop());
    signal?.throwIfAborted();
    return part;
  }
  const { dir, remove } = makeScratch();
  stops.add(remove);
  const clock = createClock(join(dir, "clock"), startsAt);
  const now = () => clock.now();
  const events: StackEvents = new EventEmitter();
  const change = (what: string) => events.emit("change", what);
  const trouble = (error: Error) => events.emit("trouble", error);
  const early: Error[] = [];
  events.on("trouble", (error) => early.push(error));

  say("starting the AWS emulator, the Kubernetes release host and the Windows machines");
  const upstream = keep(await startUpstream(now));
  const emulator = keep(await startEmulator({ tools, dir: logDir ?? join(dir, "aws"), clock }));
  const { url: endpoint, region, credentials } = emulator;
  await publishAll(emulator, basesReleasedAt);
  const machines = keep(
    await startMachines({
      emulator,
      password: (instanceId) => emulator.password(instanceId),
      packerDir: join(root, "packer"),
      log: change,
      now,
      onConsole: (instanceId, text) => void emulator.setConsole(instanceId, text).catch(trouble),
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
      logDir,
      log: change,
      extraEnv: { CONSOLE_POLL_SECONDS: "5" },
    }),
  );
  codebuild.onChange((build) => change(`${build.id} ${build.currentPhase}`));

  const aws = { endpoint, region, credentials };
  const inbox = keep(await openInbox(aws, ({ kind, variant }) => change(`notification ${kind} ${variant}`), trouble));
  const localConfiguration = join(dir, "config.ts");
  const configuration = await writeLocalConfiguration(localConfiguration, resolve(configFile), {
    network: { kind: "vpc", vpcId: emulator.network.vpcId, subnetIds: [emulator.network.subnetId] },
    kubernetesReleaseUrl: upstream.url,
    packerReleaseUrl: upstream.filesUrl,
    subscriber: inbox.arn,
  });
  releaseKubernetes(upstream, configuration, firstPatch);

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
  const log = keepFunctionLog(logDir);
  const functions = keep(
    await startFunctions({
      deployment,
      host: {
        region,
        endpoints: { default: endpoint, CODEBUILD: codebuild.url, EKS: upstream.eksUrl },
        roles,
        clock,
        onLog: (line) => {
          log.add(line);
          change(`log of ${line.functionName}`);
        },
      },
      now,
      onFailure: trouble,
      onFailedInvocation: (error) => {
        log.addFailure(error);
        events.emit("failure", error);
      },
    }),
  );
  if (early.length > 0) throw early[0];
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
    logs: log.lines,
    events,
    async calls() {
      const side = [...codebuild.calls(), ...upstream.eksCalls()];
      return [...(await emulator.calls()), ...attributed(side, roles.roleOf)];
    },
    parameters: () => readParameters(new SSMClient(aws), deployment.channelsPrefix),
    stop: stops.stop,
  };
}
