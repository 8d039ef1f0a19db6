import { buildVariables } from "../functions/config/build-variables.ts";
import { project } from "./builds.ts";

/**
 * The fields that StartBuild must not override: a caller who replaces the buildspec, the source or the image runs its
 * own code under the build role. Each condition key is present if the call sets the field (AWS, "CodeBuild condition
 * keys"). There is no key for the source's type and version, for timeouts and for debug sessions; debug sessions also need
 * `ssmmessages`. Of the variables, a caller can set those of an order only.
 */
const overrides = [
  "source.buildspec",
  "source.location",
  "source.auth.type",
  "source.insecureSsl",
  "secondarySources",
  "artifacts",
  "secondaryArtifacts",
  "environment.image",
  "environment.type",
  "environment.computeType",
  "environment.privilegedMode",
  "environment.certificate",
  "environment.registryCredential",
  "environment.imagePullCredentialsType",
  "environment.fleet.fleetArn",
  "serviceRole",
  "encryptionKey",
  "logsConfig",
  "cache",
  "autoRetryLimit",
];

/** Permissions to start builds of the project, as it is deployed. */
export const startingBuilds: sst.aws.FunctionPermissionArgs[] = [
  { actions: ["codebuild:StartBuild"], resources: [project.arn] },
  // One statement per key: a condition with several keys denies only if all of them are present.
  ...overrides.map((key) => denied("Null", `codebuild:${key}`, ["false"])),
  denied("ForAnyValue:StringNotEquals", "codebuild:environment.environmentVariables.name", [...buildVariables]),
];

function denied(test: string, variable: string, values: string[]): sst.aws.FunctionPermissionArgs {
  return {
    effect: "deny",
    actions: ["codebuild:StartBuild"],
    resources: ["*"],
    conditions: [{ test, variable, values }],
  };
}
