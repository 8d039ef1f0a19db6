import { randomUUID } from "node:crypto";
import {
  AddPermissionCommand,
  type Architecture,
  CreateFunctionCommand,
  CreateFunctionUrlConfigCommand,
  DeleteFunctionConcurrencyCommand,
  type LambdaClient,
  PutFunctionConcurrencyCommand,
  RemovePermissionCommand,
  type Runtime,
  UpdateFunctionCodeCommand,
  UpdateFunctionConfigurationCommand,
} from "@aws-sdk/client-lambda";
import { z } from "zod";
import { creator, type Remover, updater } from "../creator.ts";

const inputsOfFunction = {
  name: z.string(),
  description: z.string(),
  role: z.string(),
  runtime: z.string(),
  architectures: z.array(z.string()),
  handler: z.string(),
  packageType: z.literal("Zip"),
  s3Bucket: z.string(),
  s3Key: z.string(),
  timeout: z.number(),
  memorySize: z.number(),
  ephemeralStorage: z.strictObject({ size: z.number() }),
  environment: z.strictObject({ variables: z.record(z.string(), z.string()) }),
  loggingConfig: z.strictObject({ logFormat: z.literal("Text"), logGroup: z.string() }),
  publish: z.literal(false),
  reservedConcurrentExecutions: z.number().optional(),
};

export const createFunction = creator(inputsOfFunction, async (inputs, { lambda }) => {
  const { FunctionArn } = await lambda.send(
    new CreateFunctionCommand({
      ...settingsOf(inputs),
      Architectures: inputs.architectures as Architecture[],
      PackageType: inputs.packageType,
      Code: { S3Bucket: inputs.s3Bucket, S3Key: inputs.s3Key },
    }),
  );
  await reserve(inputs, lambda);
  return { id: inputs.name, state: { arn: FunctionArn } };
});

export const updateFunction = updater(inputsOfFunction, async (inputs, { lambda }) => {
  const { name: FunctionName, s3Bucket: S3Bucket, s3Key: S3Key } = inputs;
  await lambda.send(new UpdateFunctionCodeCommand({ FunctionName, S3Bucket, S3Key }));
  await lambda.send(new UpdateFunctionConfigurationCommand(settingsOf(inputs)));
  await reserve(inputs, lambda);
  return {};
});

const Inputs = z.strictObject(inputsOfFunction);
type Inputs = z.infer<typeof Inputs>;

/** What a function has besides its code. */
function settingsOf(inputs: Inputs) {
  return {
    FunctionName: inputs.name,
    Description: inputs.description,
    Role: inputs.role,
    Runtime: inputs.runtime as Runtime,
    Handler: inputs.handler,
    Timeout: inputs.timeout,
    MemorySize: inputs.memorySize,
    EphemeralStorage: { Size: inputs.ephemeralStorage.size },
    Environment: { Variables: inputs.environment.variables },
    LoggingConfig: {
      LogFormat: inputs.loggingConfig.logFormat,
      LogGroup: inputs.loggingConfig.logGroup,
    },
  };
}

async function reserve({ name: FunctionName, ...inputs }: Inputs, lambda: LambdaClient): Promise<void> {
  const ReservedConcurrentExecutions = inputs.reservedConcurrentExecutions;
  if (ReservedConcurrentExecutions === undefined)
    await lambda.send(new DeleteFunctionConcurrencyCommand({ FunctionName }));
  else await lambda.send(new PutFunctionConcurrencyCommand({ FunctionName, ReservedConcurrentExecutions }));
}

export const createFunctionUrl = creator(
  { functionName: z.string(), authorizationType: z.literal("AWS_IAM"), invokeMode: z.literal("BUFFERED") },
  async ({ functionName, authorizationType, invokeMode }, { lambda }) => {
    const { FunctionUrl } = await lambda.send(
      new CreateFunctionUrlConfigCommand({
        FunctionName: functionName,
        AuthType: authorizationType,
        InvokeMode: invokeMode,
      }),
    );
    return { id: functionName, state: { functionUrl: FunctionUrl } };
  },
);

export const createPermission = creator(
  {
    function: z.string(),
    principal: z.string(),
    action: z.string(),
    functionUrlAuthType: z.literal("AWS_IAM").optional(),
    invokedViaFunctionUrl: z.literal(true).optional(),
  },
  async (inputs, { lambda }) => {
    const StatementId = randomUUID();
    await lambda.send(
      new AddPermissionCommand({
        StatementId,
        FunctionName: inputs.function,
        Principal: inputs.principal,
        Action: inputs.action,
        FunctionUrlAuthType: inputs.functionUrlAuthType,
        InvokedViaFunctionUrl: inputs.invokedViaFunctionUrl,
      }),
    );
    return { id: StatementId };
  },
);

export const removePermission: Remover = ({ id, inputs }, { lambda }) =>
  lambda.send(new RemovePermissionCommand({ FunctionName: String(inputs.function), StatementId: id }));
