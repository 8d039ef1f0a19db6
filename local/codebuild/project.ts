import { z } from "zod";
import { ServiceError } from "./service-error.ts";

export const EnvironmentVariable = z.strictObject({
  name: z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, "letters, digits and underscores"),
  // The emulation resolves neither Parameter Store nor Secrets Manager.
  type: z.literal("PLAINTEXT").default("PLAINTEXT"),
  value: z.string(),
});
export type EnvironmentVariable = z.infer<typeof EnvironmentVariable>;

const Source = z.looseObject({
  type: z.literal("S3"),
  location: z.string().regex(/^[^/]+\/.+$/, "bucket/key"),
  buildspec: z.string().min(1),
});

const Environment = z.looseObject({
  type: z.string(),
  image: z.string(),
  computeType: z.string(),
  environmentVariables: z.array(EnvironmentVariable).default([]),
});

/** The input of CreateProject. Other fields are stored and returned, and have no effect here. */
export const NewProject = z.looseObject({
  name: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9\-_]{1,254}$/),
  source: Source,
  /** The version ID of the source's object; the newest version if it is missing. */
  sourceVersion: z.string().min(1).optional(),
  artifacts: z.looseObject({ type: z.literal("NO_ARTIFACTS") }),
  environment: Environment,
  serviceRole: z.string().regex(/^arn:aws[a-z-]*:iam::\d{12}:role\/.+$/, "the ARN of a role"),
  timeoutInMinutes: z.int().min(5).max(2160).default(60),
  queuedTimeoutInMinutes: z.int().min(5).max(480).default(480),
  /** Without it only the account's quota applies, and the emulated account has none. */
  concurrentBuildLimit: z.int().min(1).optional(),
});
export type NewProject = z.infer<typeof NewProject>;

export type Project = NewProject & { arn: string; created: Date; lastModified: Date };

/** CodeBuild's limit on all names and values of a build's variables together. */
const maxVariableCharacters = 5500;

/** Merges layers of variables; a later layer overrides an earlier one. */
export function mergeVariables(...layers: readonly (readonly EnvironmentVariable[])[]): EnvironmentVariable[] {
  const merged = [...new Map(layers.flat().map((variable) => [variable.name, variable])).values()];
  const characters = merged.reduce((sum, { name, value }) => sum + name.length + value.length, 0);
  if (characters > maxVariableCharacters)
    throw new ServiceError(
      "InvalidInputException",
      `Environment variables have ${characters} characters; they may have ${maxVariableCharacters} together`,
    );
  return merged;
}
