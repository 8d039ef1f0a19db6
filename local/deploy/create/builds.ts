import {
  type ComputeType,
  CreateProjectCommand,
  type CreateProjectCommandInput,
  type EnvironmentType,
  UpdateProjectCommand,
} from "@aws-sdk/client-codebuild";
import { z } from "zod";
import { creator, updater } from "../creator.ts";

const inputsOfProject = {
  name: z.string(),
  description: z.string(),
  serviceRole: z.string(),
  source: z.strictObject({ type: z.literal("S3"), location: z.string(), buildspec: z.string() }),
  sourceVersion: z.string().min(1),
  artifacts: z.strictObject({ type: z.literal("NO_ARTIFACTS") }),
  environment: z.strictObject({
    type: z.string(),
    image: z.string(),
    computeType: z.string(),
    environmentVariables: z.array(z.strictObject({ name: z.string(), value: z.string() })),
  }),
  buildTimeout: z.number(),
  queuedTimeout: z.number(),
  logsConfig: z.strictObject({
    cloudwatchLogs: z.strictObject({ groupName: z.string(), status: z.literal("ENABLED") }),
  }),
  vpcConfig: z
    .strictObject({ vpcId: z.string(), subnets: z.array(z.string()), securityGroupIds: z.array(z.string()) })
    .optional(),
};

export const createProject = creator(inputsOfProject, async (inputs, { codebuild }) => {
  const { project } = await codebuild.send(new CreateProjectCommand(projectOf(inputs)));
  return { id: project?.arn as string, state: { arn: project?.arn } };
});

export const updateProject = updater(inputsOfProject, async (inputs, { codebuild }) => {
  await codebuild.send(new UpdateProjectCommand(projectOf(inputs)));
  return {};
});

const Inputs = z.strictObject(inputsOfProject);

function projectOf(inputs: z.infer<typeof Inputs>): CreateProjectCommandInput {
  return {
    name: inputs.name,
    description: inputs.description,
    serviceRole: inputs.serviceRole,
    source: inputs.source,
    sourceVersion: inputs.sourceVersion,
    artifacts: inputs.artifacts,
    environment: {
      type: inputs.environment.type as EnvironmentType,
      image: inputs.environment.image,
      computeType: inputs.environment.computeType as ComputeType,
      environmentVariables: inputs.environment.environmentVariables.map((variable) => ({
        ...variable,
        type: "PLAINTEXT",
      })),
    },
    timeoutInMinutes: inputs.buildTimeout,
    queuedTimeoutInMinutes: inputs.queuedTimeout,
    logsConfig: { cloudWatchLogs: inputs.logsConfig.cloudwatchLogs },
    vpcConfig: inputs.vpcConfig,
  };
}
