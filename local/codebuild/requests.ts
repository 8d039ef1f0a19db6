import { z } from "zod";
import { EnvironmentVariable, NewProject } from "./project.ts";
import { ServiceError } from "./service-error.ts";

const BuildIds = z.array(z.string()).min(1).max(100);

/** The operations and parameters that the service and its tests use. Everything else is refused, not ignored. */
export const operations = {
  CreateProject: NewProject,
  UpdateProject: NewProject,
  BatchGetProjects: z.strictObject({ names: z.array(z.string()).min(1).max(100) }),
  StartBuild: z.strictObject({
    projectName: z.string(),
    idempotencyToken: z.string().optional(),
    environmentVariablesOverride: z.array(EnvironmentVariable).default([]),
    timeoutInMinutesOverride: z.int().min(5).max(2160).optional(),
  }),
  BatchGetBuilds: z.strictObject({ ids: BuildIds }),
  ListBuildsForProject: z.strictObject({
    projectName: z.string(),
    sortOrder: z.enum(["ASCENDING", "DESCENDING"]).default("DESCENDING"),
    nextToken: z.string().regex(/^\d+$/).optional(),
  }),
  StopBuild: z.strictObject({ id: z.string() }),
};
export type Operation = keyof typeof operations;
export type Parameters<O extends Operation> = z.infer<(typeof operations)[O]>;

/** @throws ServiceError as CodeBuild returns it for an unknown operation or invalid parameters */
export function parseRequest(target: string | undefined, body: string): { operation: Operation; parameters: unknown } {
  const operation = /^CodeBuild_20161006\.(\w+)$/.exec(target ?? "")?.[1];
  if (!operation || !Object.hasOwn(operations, operation))
    throw new ServiceError("UnknownOperationException", `${target ?? "a request without target"} is not known here`);
  const result = operations[operation as Operation].safeParse(readJson(body));
  if (result.success) return { operation: operation as Operation, parameters: result.data };
  throw new ServiceError("InvalidInputException", `Invalid input: ${z.prettifyError(result.error)}`);
}

function readJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    throw new ServiceError("InvalidInputException", "Invalid input: not JSON");
  }
}
