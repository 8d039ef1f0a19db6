import { z } from "zod";
import type { EventSourceMapping } from "../lambda/event-source.ts";
import type { DeployedFunction as RunnableFunction } from "../lambda/function.ts";
import type { CreatedResource } from "./cloud.ts";
import type { BuiltFunction } from "./functions.ts";
import type { Change } from "./update.ts";

export interface DeployedFunction extends RunnableFunction {
  /** Its name in the program, `Reconcile`. */
  logicalName: string;
  /** As in the program, `functions/reconcile.handler`. */
  handler: string;
  architecture: string;
  /** Set if the function has a URL: who can call it. */
  url?: { authorizationType: string };
  /** Set if the function receives messages of a queue. */
  eventSource?: EventSourceMapping;
}

/** The result of a deployment. */
export interface Deployment {
  stage: string;
  resources: CreatedResource[];
  /** What it did, in order; nothing if the program declares what an earlier deployment had. */
  changes: Change[];
  functions: DeployedFunction[];
  reconcile: DeployedFunction;
  api: DeployedFunction;
  queue: { url: string; arn: string };
  deadLetterQueue: { url: string; arn: string };
  topicArn: string;
  projectName: string;
  buildRoleArn: string;
  bucket: string;
  recipe: string;
  /** `/eks-windows-images/<stage>/channels`. */
  channelsPrefix: string;
  requestsPrefix: string;
}

const FunctionState = z.object({
  name: z.string(),
  role: z.string(),
  timeout: z.number(),
  memorySize: z.number(),
  architectures: z.tuple([z.string()]),
  environment: z.object({ variables: z.record(z.string(), z.string()) }),
});

const Mapping = z.object({
  functionName: z.string(),
  eventSourceArn: z.string(),
  batchSize: z.number(),
  maximumBatchingWindowInSeconds: z.number().default(0),
  functionResponseTypes: z.array(z.string()).default([]),
});

const Queue = z.object({ url: z.string(), arn: z.string() });

/** @throws Error with the resource or function that the program does not declare */
export function describeDeployment(
  stage: string,
  resources: CreatedResource[],
  built: BuiltFunction[],
): Omit<Deployment, "changes"> {
  const functions = built.map((one) => describeFunction(one, resources));
  const reconcile = functionOf("functions/reconcile.handler");
  const { variables } = FunctionState.parse(resourceOf(resources, "ReconcileFunction").state).environment;
  return {
    stage,
    resources,
    functions,
    reconcile,
    api: functionOf("functions/api.handler"),
    queue: Queue.parse(resourceOf(resources, "TriggersQueue").state),
    deadLetterQueue: Queue.parse(resourceOf(resources, "DeadLettersQueue").state),
    topicArn: text("NotificationsTopic", "arn"),
    projectName: text("Builds", "name"),
    buildRoleArn: text("BuildRole", "arn"),
    bucket: text("ArtifactsBucket", "bucket"),
    recipe: variables.RECIPE as string,
    channelsPrefix: variables.CHANNELS_PREFIX as string,
    requestsPrefix: variables.REQUESTS_PREFIX as string,
  };

  function functionOf(handler: string): DeployedFunction {
    const found = functions.find((one) => one.handler === handler);
    if (!found) throw new Error(`describing the deployment: the program has no function ${handler}`);
    return found;
  }

  function text(name: string, field: string): string {
    return z.string().parse(resourceOf(resources, name).state[field]);
  }
}

function describeFunction(built: BuiltFunction, resources: CreatedResource[]): DeployedFunction {
  const state = FunctionState.parse(resourceOf(resources, `${built.name}Function`).state);
  const url = resources.find(
    ({ type, state: { functionName } }) => type === "aws:lambda/functionUrl:FunctionUrl" && functionName === state.name,
  );
  return {
    name: state.name,
    logicalName: built.name,
    handler: built.handler,
    lambdaHandler: built.lambdaHandler,
    bundleDir: built.bundleDir,
    environment: state.environment.variables,
    roleArn: state.role,
    timeoutSeconds: state.timeout,
    memoryMiB: state.memorySize,
    architecture: state.architectures[0],
    ...(url && { url: { authorizationType: String(url.state.authorizationType) } }),
    eventSource: eventSourceOf(state.name, resources),
  };
}

function eventSourceOf(functionName: string, resources: CreatedResource[]): EventSourceMapping | undefined {
  const mapping = resources
    .filter(({ type }) => type === "aws:lambda/eventSourceMapping:EventSourceMapping")
    .map(({ state }) => Mapping.parse(state))
    .find((one) => one.functionName === functionName);
  if (!mapping) return undefined;
  const queue = resources.find(
    ({ type, state }) => type === "aws:sqs/queue:Queue" && state.arn === mapping.eventSourceArn,
  );
  return {
    queue: Queue.parse(queue?.state),
    batchSize: mapping.batchSize,
    windowSeconds: mapping.maximumBatchingWindowInSeconds,
    partialBatchResponse: mapping.functionResponseTypes.includes("ReportBatchItemFailures"),
  };
}

function resourceOf(resources: CreatedResource[], name: string): CreatedResource {
  const found = resources.find((resource) => resource.name === name);
  if (!found) throw new Error(`describing the deployment: the program has no resource ${name}`);
  return found;
}
