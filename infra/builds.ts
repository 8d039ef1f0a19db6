import { region } from "./account.ts";
import { artifacts, source } from "./artifacts.ts";
import { buildRole } from "./build-role.ts";
import { policies } from "./configuration.ts";
import { guestProfile, harvestProfile } from "./guest.ts";
import { buildLogs } from "./logs.ts";
import { named } from "./names.ts";
import { addressUrl, codeBuildVpc, instanceNetwork } from "./network.ts";
import { buildMinutes, secondProofMinutes } from "./waits.ts";

/** Packer's variables that depend on the deployment and not on the variant. */
const packerDeployment = $jsonStringify({
  region,
  instance_type: policies.instanceType,
  volume_key_arn: policies.volumeKeyArn ?? "",
  ...instanceNetwork,
  iam_instance_profile: guestProfile.name,
  harvest_instance_profile: harvestProfile.name,
  bucket: artifacts.name,
});

export const project = new aws.codebuild.Project("Builds", {
  name: named("build"),
  description: "Packer: builds an image, boots it and tags it as proved; harvests AWS's image",
  serviceRole: buildRole.arn,
  source: {
    type: "S3",
    location: $interpolate`${artifacts.name}/${source.key}`,
    buildspec: "buildspec/build.yml",
  },
  // The version ID of the object (CodeBuild API reference, ProjectSourceVersion). Whoever replaces the object would
  // otherwise run a buildspec of their own under the build role; the recipe's check is inside the same archive.
  sourceVersion: source.versionId,
  artifacts: { type: "NO_ARTIFACTS" },
  environment: {
    type: "LINUX_CONTAINER",
    image: "aws/codebuild/amazonlinux-x86_64-standard:5.0",
    // 3 GB and two cores for 0.5 US cents a minute: the build spends nearly all its time waiting for Windows.
    computeType: "BUILD_GENERAL1_SMALL",
    environmentVariables: [
      { name: "STAGE", value: $app.stage },
      { name: "BUCKET", value: artifacts.name },
      { name: "PACKER_RELEASE_URL", value: policies.packerReleaseUrl },
      { name: "PACKER_DEPLOYMENT", value: packerDeployment },
      { name: "ADDRESS_URL", value: addressUrl },
      { name: "SECOND_PROOF_MINUTES", value: String(secondProofMinutes()) },
    ],
  },
  buildTimeout: buildMinutes(),
  // CodeBuild's maximum.
  queuedTimeout: 480,
  // No concurrency limit: the plan starts at most policies.maxParallel builds. CodeBuild refuses a project whose limit
  // exceeds the account's quota, and that is 1 in new accounts.
  logsConfig: { cloudwatchLogs: { groupName: buildLogs.name, status: "ENABLED" } },
  vpcConfig: codeBuildVpc || undefined,
});
