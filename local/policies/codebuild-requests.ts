import { z } from "zod";
import type { Place } from "../deploy/look-ups.ts";
import type { Request } from "./verdict.ts";

/**
 * StartBuild's parameters, and for each the condition key that is present if the parameter is (CodeBuild user guide,
 * "Using AWS CodeBuild condition keys as IAM service control variables").
 */
export const overrideKeys: Readonly<Record<string, string>> = {
  artifactsOverride: "artifacts",
  autoRetryLimitOverride: "autoRetryLimit",
  buildspecOverride: "source.buildspec",
  cacheOverride: "cache",
  certificateOverride: "environment.certificate",
  computeTypeOverride: "environment.computeType",
  encryptionKeyOverride: "encryptionKey",
  environmentTypeOverride: "environment.type",
  fleetOverride: "environment.fleet.fleetArn",
  imageOverride: "environment.image",
  imagePullCredentialsTypeOverride: "environment.imagePullCredentialsType",
  insecureSslOverride: "source.insecureSsl",
  logsConfigOverride: "logsConfig",
  privilegedModeOverride: "environment.privilegedMode",
  registryCredentialOverride: "environment.registryCredential",
  secondaryArtifactsOverride: "secondaryArtifacts",
  secondarySourcesOverride: "secondarySources",
  serviceRoleOverride: "serviceRole",
  sourceAuthOverride: "source.auth.type",
  sourceLocationOverride: "source.location",
};

/** Parameters without a condition key. */
const withoutKey = new Set([
  "projectName",
  "idempotencyToken",
  "environmentVariablesOverride",
  "timeoutInMinutesOverride",
]);

const Variables = z.array(z.object({ name: z.string() })).default([]);
const Ids = z.array(z.string().regex(/^.+:.+$/));

/**
 * The requests of a call to CodeBuild. Builds are no resources of their own: every request is for their project.
 * @throws Error for an unknown operation or parameter
 */
export function codeBuildRequests(operation: string, parameters: Record<string, unknown>, place: Place): Request[] {
  const action = `codebuild:${operation}`;
  const on = (project: string): Request => ({ action, resource: projectArn(place, project), context: {} });
  switch (operation) {
    case "StartBuild":
      return [{ ...on(z.string().parse(parameters.projectName)), context: starting(parameters) }];
    case "ListBuildsForProject":
      return [on(z.string().parse(parameters.projectName))];
    case "BatchGetBuilds": {
      const projects = Ids.parse(parameters.ids).map((id) => id.split(":build/").at(-1)?.split(":")[0] ?? "");
      return [...new Set(projects)].map(on);
    }
    default:
      throw new Error(`judging a call: ${action} is unknown`);
  }
}

function starting(parameters: Record<string, unknown>): Request["context"] {
  const given = Object.keys(parameters).filter((name) => parameters[name] !== undefined);
  const unknown = given.find((name) => !overrideKeys[name] && !withoutKey.has(name));
  if (unknown) throw new Error(`judging a call: codebuild:StartBuild with ${unknown} is unknown`);
  const overridden = given.filter((name) => overrideKeys[name]);
  const names = Variables.parse(parameters.environmentVariablesOverride).map(({ name }) => name);
  return {
    ...Object.fromEntries(
      overridden.map((name) => [`codebuild:${overrideKeys[name]}`.toLowerCase(), [text(parameters[name])]]),
    ),
    ...(names.length > 0 && { "codebuild:environment.environmentvariables.name": names }),
  };
}

function projectArn({ partition, region, accountId }: Place, project: string): string {
  const name = project.split(":project/").at(-1);
  return `arn:${partition}:codebuild:${region}:${accountId}:project/${name}`;
}

function text(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
