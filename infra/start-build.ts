import { project } from "./builds.ts";

/**
 * What of a build its starter may set, besides its variables: nothing. Whoever replaces the buildspec, the source or the image runs code of
 * his own under the build role. Each key is there where the call sets the field (AWS, "CodeBuild condition keys"). There is none for the type
 * of a source, for timeouts and for debug sessions, which need `ssmmessages` besides.
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

/** The variables of an order (functions/build-orders.ts). Those of the project stay what the deployment says. */
const variables = [
  "PURPOSE",
  "VARIANT",
  "INPUTS",
  "RECIPE",
  "ATTEMPT",
  "TOKEN",
  "REASONS",
  "IMAGE_ID",
  "PACKER_VARIABLES",
];

/** Starting builds of the one project as it is deployed. */
export const startingBuilds: sst.aws.FunctionPermissionArgs[] = [
  { actions: ["codebuild:StartBuild"], resources: [project.arn] },
  // One statement a key: the keys of one condition must all be there before it denies.
  ...overrides.map((key) => denied("Null", `codebuild:${key}`, ["false"])),
  denied("ForAnyValue:StringNotEquals", "codebuild:environment.environmentVariables.name", variables),
];

function denied(test: string, variable: string, values: string[]): sst.aws.FunctionPermissionArgs {
  return {
    effect: "deny",
    actions: ["codebuild:StartBuild"],
    resources: ["*"],
    conditions: [{ test, variable, values }],
  };
}
