import { EventEmitter } from "node:events";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { SSMClient } from "@aws-sdk/client-ssm";
import type { Configuration } from "../../functions/config/configuration.ts";
import { type Emulator, type RecordedCall, startEmulator } from "../aws/emulator.ts";
import { type Fleets, startFleets } from "../aws/fleets/fleets.ts";
import { publishAll } from "../aws/public-images.ts";
import { createRoleCredentials } from "../aws/role-credentials.ts";
import { attributed } from "../aws/unemulated-calls.ts";
import { startUpstream, type Upstream } from "../aws/upstream.ts";
import { type Clock, createClock } from "../clock/clock.ts";
import { type Agent, startCodeBuildAgent } from "../codebuild/agent.ts";
import type { Deployment } from "../deploy/deployment.ts";
import type { LogLine } from "../lambda/function.ts";
import { type Functions, startFunctions } from "../lambda/functions.ts";
import type { Spoke } from "../policies/spoke.ts";
import { createSchedules, type Schedules } from "../schedules/schedules.ts";
import type { Tools } from "../tools/install.ts";
import { type Machines, startMachines } from "../winrm/machines.ts";
import { createDeployer } from "./deployer.ts";
import type { StackEvents } from "./events.ts";
import { keepFunctionLog } from "./function-log.ts";
import { type Inbox, openInbox } from "./inbox.ts";
import { readParameters } from "./parameters.ts";
import { openRunningWindows } from "./running-scripts.ts";
import { makeScratchDirectory } from "./scratch-directory.ts";
import { deploySpokes, spokesOf } from "./spokes.ts";
import { whileMoving } from "./stall.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** The whole service on this machine: the production code, with AWS and the Windows machines emulated. */
export interface Stack {
  clock: Clock;
  emulator: Emulator;
  upstream: Upstream;
  fleets: Fleets;
  machines: Machines;
  codebuild: Agent;
  /** The newest deployment and its configuration. */
  readonly deployment: Deployment;
  readonly configuration: Configuration;
  /** What is deployed in other accounts. */
  spokes: readonly Spoke[];
  schedules: Schedules;
  functions: Functions;
  inbox: Inbox;
  /** Every line that both functions logged, in order. */
  logs: LogLine[];
  events: StackEvents;
  /** Every AWS call: first the calls that the emulator answered, then those of CodeBuild, EKS and Auto Scaling. */
  calls(): Promise<RecordedCall[]>;
  /** The image ID that each channel holds, by parameter name. */
  parameters(): Promise<Record<string, string>>;
  /**
   * Resolves once `reconcile` has handled every trigger and every notification has arrived.
   * @throws Error when the stack stalls before, or when the signal aborts
   */
  idle(signal?: AbortSignal): Promise<void>;
  /**
   * Reads the configuration and the recipe anew and deploys what differs. Builds and functions that run go on as they
   * were started.
   * @param configFile replaces the user's configuration from now on
   * @returns the new deployment
   * @throws Error when the configuration is not valid, and then nothing has changed; or as a deployment does
   */
  deploy(configFile?: string): Promise<Deployment>;
  stop(): Promise<void>;
}

export interface StackOptions {
  tools: Tools;
  stage: string;
  /** The user's configuration; `config.ts` of the repository by default. */
  configFile?: string;
  /**
   * A command that acts like `powershell.exe`, in which the machines run their scripts. Without it they replay
   * recordings.
   */
  powershell?: string;
  /** The time on the stack's clock at the start. */
  startsAt: Date;
  /** When AWS released the base images that exist at the start. */
  basesReleasedAt: Date;
  say: (line: string) => void;
  /**
   * An existing directory for the logs of emulator, builds and functions. Without it the logs are removed with the
   * stack.
   */
  logDir?: string;
  /** Laid over the environment of every build's shell, such as `PKR_VAR_updates_timeout`. */
  buildEnvironment?: Record<string, string>;
  /** How long a batch of triggers collects messages, in seconds of this machine; by default as deployed. */
  windowSeconds?: number | undefined;
  /** When it aborts during the start, every part that has been started is stopped again. */
  signal?: AbortSignal;
}

/**
 * Starts every part, deploys the real `sst.config.ts` and connects the parts.
 * @throws Error of the first part that did not start, after the others have been stopped
 */
export async function startStack(options: StackOptions): Promise<Stack> {
  await using started = new AsyncDisposableStack();
  return await start(options, started);
}

async function start(options: StackOptions, started: AsyncDisposableStack): Promise<Stack> {
  const {
    tools,
    stage,
    configFile = join(root, "config.ts"),
    startsAt,
    basesReleasedAt,
    say,
    logDir,
    signal,
    powershell,
    buildEnvironment,
    windowSeconds,
  } = options;
  function keep<T extends { stop(): Promise<void> }>(part: T): T {
    started.defer(() => part.stop());
    signal?.throwIfAborted();
    return part;
  }
  const { dir, remove } = makeScratchDirectory();
  started.defer(remove);
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
  const fleets = keep(await startFleets({ emulator, now, clusterVersions: upstream.eksUrl }));
  await publishAll(emulator, basesReleasedAt);
  const windows = powershell ? await openRunningWindows(powershell, upstream.url, started) : undefined;
  const machines = keep(
    await startMachines({
      emulator,
      windows,
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
      extraEnv: { CONSOLE_POLL_SECONDS: "5", ...buildEnvironment },
    }),
  );
  codebuild.onChange((build) => change(`${build.id} ${build.currentPhase}`));

  const aws = { endpoint, region, credentials };
  const inbox = keep(await openInbox(aws, ({ kind, variant }) => change(`notification ${kind} ${variant}`), trouble));
  say("deploying sst.config.ts to it");
  const deployer = createDeployer({
    usersFile: resolve(configFile),
    dir: join(dir, "deploy"),
    surroundings: {
      network: { kind: "vpc", vpcId: emulator.network.vpcId, subnetIds: [emulator.network.subnetId] },
      kubernetesReleaseUrl: upstream.url,
      packerReleaseUrl: upstream.filesUrl,
      subscriber: inbox.arn,
    },
    place: { emulator, codebuildUrl: codebuild.url, stage, root, signal },
    world: { emulator, fleets, upstream },
  });
  let service = await deployer.deploy();
  const { deployment } = service;
  const spokes = spokesOf(service.configuration, deployment);
  await deploySpokes(emulator, spokes);

  const roles = createRoleCredentials({ ...aws, now });
  const log = keepFunctionLog(logDir);
  const functions = keep(
    await startFunctions({
      deployment,
      host: {
        region,
        endpoints: {
          default: endpoint,
          CODEBUILD: codebuild.url,
          EKS: fleets.eksUrl,
          AUTO_SCALING: fleets.autoScalingUrl,
        },
        roles,
        clock,
        // Ten times the deployed timeouts: a slow machine must not cut a function off.
        timeoutFactor: 10,
        beforeEach: fleets.catchUp,
        onLog: (line) => {
          log.add(line);
          change(`log of ${line.functionName}`);
        },
      },
      windowSeconds,
      now,
      onFailure: trouble,
      onFailedInvocation: (error) => {
        log.addFailure(error);
        events.emit("failure", error);
      },
    }),
  );
  if (early.length > 0) throw early[0];
  const parts = started.move();
  return {
    clock,
    emulator,
    upstream,
    fleets,
    machines,
    codebuild,
    get deployment() {
      return service.deployment;
    },
    get configuration() {
      return service.configuration;
    },
    spokes,
    schedules: createSchedules({ ...aws, roles }),
    functions,
    inbox,
    logs: log.lines,
    events,
    async calls() {
      const side = [...codebuild.calls(), ...upstream.eksCalls(), ...fleets.calls()];
      return [...(await emulator.calls()), ...attributed(side, await emulator.roles())];
    },
    parameters: () => readParameters(new SSMClient(aws), deployment.channelsPrefix),
    async idle(signal) {
      await whileMoving(events, "reconcile has handled all triggers", functions.idle, { signal });
      await whileMoving(events, "all notifications have arrived", inbox.idle, { signal });
    },
    async deploy(configFile) {
      service = await deployer.deploy(configFile && resolve(configFile));
      functions.replace(service.deployment);
      return service.deployment;
    },
    stop: () => parts.disposeAsync(),
  };
}
