import { randomUUID } from "node:crypto";
import {
  AddPermissionCommand,
  type Architecture,
  CreateFunctionCommand,
  CreateFunctionUrlConfigCommand,
  PutFunctionConcurrencyCommand,
  type Runtime,
} from "@aws-sdk/client-lambda";
import { z } from "zod";
import { creator } from "../creator.ts";

export const createFunction = creator(
  {
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
  },
  async (inputs, { lambda }) => {
    const { FunctionArn } = await lambda.send(
      new CreateFunctionCommand({
        FunctionName: inputs.name,
        Description: inputs.description,
        Role: inputs.role,
        Runtime: inputs.runtime as Runtime,
        Architectures: inputs.architectures as Architecture[],
        Handler: inputs.handler,
        PackageType: inputs.packageType,
        Code: { S3Bucket: inputs.s3Bucket, S3Key: inputs.s3Key },
        Timeout: inputs.timeout,
        MemorySize: inputs.memorySize,
        EphemeralStorage: { Size: inputs.ephemeralStorage.size },
        Environment: { Variables: inputs.environment.variables },
        LoggingConfig: { LogFormat: inputs.loggingConfig.logFormat, LogGroup: inputs.loggingConfig.logGroup },
      }),
    );
    if (inputs.reservedConcurrentExecutions !== undefined)
      await lambda.send(
        new PutFunctionConcurrencyCommand({
          FunctionName: inputs.name,
          ReservedConcurrentExecutions: inputs.reservedConcurrentExecutions,
        }),
      );
    return { id: inputs.name, state: { arn: FunctionArn } };
  },
);

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
