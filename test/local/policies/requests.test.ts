import { describe, expect, test } from "vitest";
import type { Place } from "../../../local/deploy/look-ups.ts";
import { requestsOf, requestsThere } from "../../../local/policies/requests.ts";

const place: Place = { partition: "aws", region: "us-east-1", accountId: "123456789012" };
const account = {
  ...place,
  roleOfProfile: (name: string) => `arn:aws:iam::123456789012:role/${name}-role`,
  keyOfTopic: (arn: string) => (arn.endsWith(":secret") ? "arn:aws:kms:us-east-1:123456789012:key/1" : undefined),
};

/** The ID that EKS and Auto Scaling give a group. */
const given = "00000000-0000-0000-0000-000000000000";
/** What a caller must be allowed who lets a group start instances from a launch template. */
const starting = [
  ...[
    "instance/*",
    "network-interface/*",
    "volume/*",
    "image/ami-1",
    "subnet/subnet-ofgroup",
    "security-group/sg-ofgroup",
  ],
  "launch-template/lt-1",
].map((one) => `ec2:RunInstances ec2:us-east-1::${one}`);

/** The same for Fast Launch. */
const inTemplate = starting.slice(0, -1).map((one) => one.replace("ofgroup", "oftemplate"));

describe("a call consists of requests", () => {
  const tags = { "ami-1": { stage: "production" }, "i-1": { stage: "test" } };
  function asked(service: string, operation: string, parameters: Record<string, unknown>) {
    const profiles = { "lt-2": "arn:aws:iam::123456789012:instance-profile/nodes" };
    return requestsOf({ service, operation, parameters, tags, profiles }, account).map(
      ({ action, resource }) => `${action} ${resource.replace("arn:aws:", "").replace(":123456789012:", "::")}`,
    );
  }

  test.each<[string, string, Record<string, unknown>, string[]]>([
    ["ec2", "DescribeImages", {}, ["ec2:DescribeImages *"]],
    ["ec2", "DescribeImageAttribute", { ImageId: "ami-1" }, ["ec2:DescribeImageAttribute ec2:us-east-1::image/ami-1"]],
    [
      "ec2",
      "TerminateInstances",
      { InstanceIds: ["i-1", "i-2"] },
      ["ec2:TerminateInstances ec2:us-east-1::instance/i-1", "ec2:TerminateInstances ec2:us-east-1::instance/i-2"],
    ],
    ["ec2", "DeleteKeyPair", { KeyName: "packer_1" }, ["ec2:DeleteKeyPair ec2:us-east-1::key-pair/packer_1"]],
    [
      "ec2",
      "CreateImage",
      { InstanceId: "i-1", TagSpecifications: [{ ResourceType: "image", Tags: [{ Key: "stage", Value: "test" }] }] },
      [
        "ec2:CreateImage ec2:us-east-1::instance/i-1",
        "ec2:CreateImage ec2:us-east-1::image/*",
        "ec2:CreateImage ec2:us-east-1::snapshot/*",
        "ec2:CreateTags ec2:us-east-1::image/*",
      ],
    ],
    [
      "ec2",
      "RunInstances",
      {
        ImageId: "ami-1",
        KeyName: "packer_1",
        IamInstanceProfile: { Name: "guest" },
        NetworkInterfaces: [{ SubnetId: "subnet-1", Groups: ["sg-1"] }],
      },
      [
        "ec2:RunInstances ec2:us-east-1::instance/*",
        "ec2:RunInstances ec2:us-east-1::network-interface/*",
        "ec2:RunInstances ec2:us-east-1::volume/*",
        "ec2:RunInstances ec2:us-east-1::image/ami-1",
        "ec2:RunInstances ec2:us-east-1::subnet/subnet-1",
        "ec2:RunInstances ec2:us-east-1::security-group/sg-1",
        "ec2:RunInstances ec2:us-east-1::key-pair/packer_1",
        "iam:PassRole iam:::role/guest-role",
      ],
    ],
    [
      "ec2",
      "CopyImage",
      {
        SourceRegion: "eu-west-1",
        SourceImageId: "ami-1",
        TagSpecifications: ["image", "snapshot"].map((ResourceType) => ({
          ResourceType,
          Tags: [{ Key: "a", Value: "b" }],
        })),
      },
      [
        "ec2:CopyImage ec2:eu-west-1::image/ami-1",
        "ec2:CopyImage ec2:us-east-1::image/*",
        "ec2:CopyImage ec2:us-east-1::snapshot/*",
        "ec2:CreateTags ec2:us-east-1::image/*",
        "ec2:CreateTags ec2:us-east-1::snapshot/*",
      ],
    ],
    ["ec2", "ModifyImageAttribute", { ImageId: "ami-1" }, ["ec2:ModifyImageAttribute ec2:us-east-1::image/ami-1"]],
    [
      "ec2",
      "ModifySnapshotAttribute",
      { SnapshotId: "snap-1", CreateVolumePermission: { Add: [{ UserId: "1" }] } },
      ["ec2:ModifySnapshotAttribute ec2:us-east-1::snapshot/snap-1"],
    ],
    [
      "ec2",
      "EnableFastLaunch",
      { ImageId: "ami-1", LaunchTemplate: { LaunchTemplateId: "lt-1" } },
      [
        "ec2:EnableFastLaunch ec2:us-east-1::image/ami-1",
        "ec2:EnableFastLaunch ec2:us-east-1::launch-template/lt-1",
        ...inTemplate,
        "ec2:RunInstances ec2:us-east-1::launch-template/lt-1",
        "ec2:CreateTags ec2:us-east-1::instance/*",
      ],
    ],
    [
      "ec2",
      "EnableFastLaunch",
      { ImageId: "ami-1" },
      [
        "ec2:EnableFastLaunch ec2:us-east-1::image/ami-1",
        ...inTemplate,
        "ec2:CreateTags ec2:us-east-1::instance/*",
        "ec2:CreateTags ec2:us-east-1::volume/*",
      ],
    ],
    ["s3", "PutObject", { Bucket: "b", Key: "reports/x" }, ["s3:PutObject s3:::b/reports/x"]],
    ["s3", "GetObject", { Bucket: "b", Key: "source/x" }, ["s3:GetObject s3:::b/source/x"]],
    ["s3", "GetObject", { Bucket: "b", Key: "source/x", VersionId: "v" }, ["s3:GetObjectVersion s3:::b/source/x"]],
    ["s3", "ListObjectsV2", { Bucket: "b", Prefix: "announced/" }, ["s3:ListBucket s3:::b"]],
    [
      "ssm",
      "GetParameters",
      { Names: ["/aws/service/x", "/ours/y"] },
      ["ssm:GetParameters ssm:us-east-1::parameter/aws/service/x", "ssm:GetParameters ssm:us-east-1::parameter/ours/y"],
    ],
    [
      "ssm",
      "PutParameter",
      { Name: "/ours/y", DataType: "aws:ec2:image" },
      ["ssm:PutParameter ssm:us-east-1::parameter/ours/y", "ec2:DescribeImages *"],
    ],
    [
      "ssm",
      "PutParameter",
      { Name: "/ours/y", Tags: [{ Key: "stage", Value: "test" }] },
      ["ssm:PutParameter ssm:us-east-1::parameter/ours/y", "ssm:AddTagsToResource ssm:us-east-1::parameter/ours/y"],
    ],
    [
      "ssm",
      "AddTagsToResource",
      { ResourceType: "Parameter", ResourceId: "/ours/y", Tags: [] },
      ["ssm:AddTagsToResource ssm:us-east-1::parameter/ours/y"],
    ],
    ["sqs", "SendMessage", { QueueUrl: "http://127.0.0.1:1/1/q" }, ["sqs:SendMessage sqs:us-east-1::q"]],
    [
      "ec2",
      "CreateKeyPair",
      { KeyName: "packer_1", TagSpecifications: [{ ResourceType: "key-pair", Tags: [{ Key: "a", Value: "b" }] }] },
      ["ec2:CreateKeyPair ec2:us-east-1::key-pair/packer_1", "ec2:CreateTags ec2:us-east-1::key-pair/*"],
    ],
    ["s3", "UploadPart", { Bucket: "b", Key: "harvest/x" }, ["s3:PutObject s3:::b/harvest/x"]],
    ["s3", "HeadObject", { Bucket: "b", Key: "reports/x" }, ["s3:GetObject s3:::b/reports/x"]],
    ["sqs", "DeleteMessageBatch", { QueueUrl: "http://127.0.0.1:1/1/q" }, ["sqs:DeleteMessage sqs:us-east-1::q"]],
    ["sns", "Publish", { TopicArn: "arn:aws:sns:us-east-1:1:open" }, ["sns:Publish sns:us-east-1:1:open"]],
    [
      "sns",
      "Publish",
      { TopicArn: "arn:aws:sns:us-east-1:1:secret" },
      [
        "sns:Publish sns:us-east-1:1:secret",
        "kms:GenerateDataKey kms:us-east-1::key/1",
        "kms:Decrypt kms:us-east-1::key/1",
      ],
    ],
    [
      "codebuild",
      "ListBuildsForProject",
      { projectName: "p" },
      ["codebuild:ListBuildsForProject codebuild:us-east-1::project/p"],
    ],
    [
      "codebuild",
      "BatchGetBuilds",
      { ids: ["p:1", "p:2", "arn:aws:codebuild:us-east-1:123456789012:build/q:3"] },
      [
        "codebuild:BatchGetBuilds codebuild:us-east-1::project/p",
        "codebuild:BatchGetBuilds codebuild:us-east-1::project/q",
      ],
    ],
    ["eks", "DescribeClusterVersions", {}, ["eks:DescribeClusterVersions *"]],
    ["eks", "DescribeCluster", { name: "blue" }, ["eks:DescribeCluster eks:us-east-1::cluster/blue"]],
    [
      "eks",
      "DescribeNodegroup",
      { clusterName: "blue", nodegroupName: "web" },
      [`eks:DescribeNodegroup eks:us-east-1::nodegroup/blue/web/${given}`],
    ],
    [
      "eks",
      "ListUpdates",
      { name: "blue", nodegroupName: "web" },
      ["eks:ListUpdates eks:us-east-1::cluster/blue", `eks:ListUpdates eks:us-east-1::nodegroup/blue/web/${given}`],
    ],
    [
      "eks",
      "UpdateNodegroupVersion",
      { clusterName: "blue", nodegroupName: "web", launchTemplate: { id: "lt-1", version: "2" } },
      [`eks:UpdateNodegroupVersion eks:us-east-1::nodegroup/blue/web/${given}`, ...starting],
    ],
    [
      "autoscaling",
      "StartInstanceRefresh",
      {
        AutoScalingGroupName: "web",
        DesiredConfiguration: {
          MixedInstancesPolicy: { LaunchTemplate: { LaunchTemplateSpecification: { LaunchTemplateId: "lt-2" } } },
        },
      },
      [
        `autoscaling:StartInstanceRefresh autoscaling:us-east-1::autoScalingGroup:${given}:autoScalingGroupName/web`,
        ...starting.map((one) => one.replace("lt-1", "lt-2")),
        "iam:PassRole iam:::role/nodes-role",
      ],
    ],
    [
      "autoscaling",
      "CancelInstanceRefresh",
      { AutoScalingGroupName: "web" },
      [`autoscaling:CancelInstanceRefresh autoscaling:us-east-1::autoScalingGroup:${given}:autoScalingGroupName/web`],
    ],
    ["autoscaling", "DescribeLifecycleHooks", {}, ["autoscaling:DescribeLifecycleHooks *"]],
    [
      "ec2",
      "DeleteLaunchTemplateVersions",
      { LaunchTemplateId: "lt-1", Versions: ["1"] },
      ["ec2:DeleteLaunchTemplateVersions ec2:us-east-1::launch-template/lt-1"],
    ],
    ["monitoring", "DescribeAlarms", { AlarmNames: ["a"] }, ["cloudwatch:DescribeAlarms *"]],
    ["sts", "AssumeRole", { RoleArn: "arn:aws:iam::123456789012:role/fleets" }, ["sts:AssumeRole iam:::role/fleets"]],
    ["sts", "GetCallerIdentity", {}, []],
  ])("%s:%s %j", (service, operation, parameters, expected) => {
    expect(asked(service, operation, parameters)).toEqual(expected);
  });

  test("in which a use of a launch template says which one it is, and carries the tags of the image", () => {
    const launchTemplate = { id: "lt-1", version: "2" };
    const parameters = { clusterName: "blue", nodegroupName: "web", launchTemplate };

    const [, ...requests] = requestsOf(
      { service: "eks", operation: "UpdateNodegroupVersion", parameters, tags },
      account,
    );

    expect(requests).toHaveLength(starting.length);
    for (const { context } of requests)
      expect(context["ec2:launchtemplate"]).toEqual(["arn:aws:ec2:us-east-1:123456789012:launch-template/lt-1"]);
    expect(requests.find(({ resource }) => resource.includes(":image/"))?.context).toMatchObject({
      "aws:resourcetag/stage": ["production"],
    });
  });

  test.each([
    ["eks", "UpdateNodegroupConfig"],
    ["autoscaling", "TerminateInstanceInAutoScalingGroup"],
  ])("that nobody has thought of for %s:%s, so that it is refused", (service, operation) => {
    expect(() => asked(service, operation, { AutoScalingGroupName: "web" })).toThrow("unknown");
  });

  test("with the current tags of the resource and the tags that the call sets", () => {
    const parameters = { Resources: ["i-1"], Tags: [{ Key: "proof", Value: "passed" }] };

    const [request] = requestsOf({ service: "ec2", operation: "CreateTags", parameters, tags }, account);

    expect(request?.context).toEqual({
      "aws:resourcetag/stage": ["test"],
      "ec2:resourcetag/stage": ["test"],
      "aws:requesttag/proof": ["passed"],
      "aws:tagkeys": ["proof"],
    });
  });

  test.each([
    ["by name", { Name: "guest" }],
    ["by ARN", { Arn: "arn:aws:iam::123456789012:instance-profile/guest" }],
  ])("with the type and the profile of a new instance, %s", (_, IamInstanceProfile) => {
    const parameters = { ImageId: "ami-1", InstanceType: "m7i.xlarge", IamInstanceProfile };

    const requests = requestsOf({ service: "ec2", operation: "RunInstances", parameters, tags }, account);

    expect(requests.find(({ resource }) => resource.endsWith(":instance/*"))?.context).toEqual({
      "ec2:instancetype": ["m7i.xlarge"],
      "ec2:instanceprofile": ["arn:aws:iam::123456789012:instance-profile/guest"],
    });
  });

  test("with the variables and overrides of a new build", () => {
    const parameters = {
      projectName: "p",
      environmentVariablesOverride: [{ name: "VARIANT" }, { name: "INPUTS" }],
      buildspecOverride: "version: 0.2",
      sourceLocationOverride: "elsewhere/source.zip",
    };

    const [request] = requestsOf({ service: "codebuild", operation: "StartBuild", parameters, tags }, account);

    expect(request?.context).toEqual({
      "codebuild:environment.environmentvariables.name": ["VARIANT", "INPUTS"],
      "codebuild:source.buildspec": ["version: 0.2"],
      "codebuild:source.location": ["elsewhere/source.zip"],
    });
  });

  test("with whom a snapshot is shared with, and no more", () => {
    const parameters = {
      SnapshotId: "snap-1",
      CreateVolumePermission: { Add: [{ UserId: "210987654321" }, { Group: "all" }], Remove: [{ UserId: "1" }] },
    };

    const [request] = requestsOf({ service: "ec2", operation: "ModifySnapshotAttribute", parameters, tags }, account);

    expect(request?.context).toEqual({
      "ec2:add/userid": ["210987654321"],
      "ec2:add/group": ["all"],
      "ec2:remove/userid": ["1"],
    });
  });

  test("with the external ID of a role that is assumed", () => {
    const parameters = { RoleArn: "arn:aws:iam::210987654321:role/place", ExternalId: "secret" };

    const [request] = requestsOf({ service: "sts", operation: "AssumeRole", parameters, tags }, account);

    expect(request?.context).toEqual({ "sts:externalid": ["secret"] });
  });

  test("in the account and Region that the call went to, with the owners of its images", () => {
    const there = { account: "210987654321", region: "eu-west-1", owners: { "ami-1": "123456789012" } };
    const parameters = { ImageId: "ami-1", KeyName: "packer_1" };
    const call = { service: "ec2", operation: "RunInstances", parameters, tags };
    const byResource = (one: Parameters<typeof requestsThere>[0]) =>
      Object.fromEntries(requestsThere(one, account).map(({ resource, context }) => [resource, context]));

    const moved = byResource({ ...call, ...there });
    expect(moved["arn:aws:ec2:eu-west-1:210987654321:key-pair/packer_1"]).toEqual({
      "aws:requestedregion": ["eu-west-1"],
    });
    expect(moved["arn:aws:ec2:eu-west-1::image/ami-1"]).toMatchObject({ "ec2:owner": ["123456789012"] });
    expect(byResource(call)["arn:aws:ec2:us-east-1:123456789012:key-pair/packer_1"]).toEqual({
      "aws:requestedregion": ["us-east-1"],
    });
  });

  test("for each snapshot that is deleted with an image, with the snapshot's tags", () => {
    const parameters = { ImageId: "ami-1", DeleteAssociatedSnapshots: true };
    const current = { "ami-1": { stage: "production" }, "snap-1": { stage: "test" }, "snap-2": {} };

    const requests = requestsOf({ service: "ec2", operation: "DeregisterImage", parameters, tags: current }, account);

    expect(requests.map(({ action, context }) => [action, context["aws:resourcetag/stage"]])).toEqual([
      ["ec2:DeregisterImage", ["production"]],
      ["ec2:DeleteSnapshot", ["test"]],
      ["ec2:DeleteSnapshot", undefined],
    ]);
  });

  test.each([
    ["codebuild", "StartBuild", { projectName: "p", debugSessionEnabled: true }],
    ["codebuild", "DeleteProject", { name: "p" }],
    ["ec2", "CopySnapshot", { SourceSnapshotId: "snap-1" }],
    ["dynamodb", "PutItem", {}],
    ["ec2", "StopInstances", { InstanceIds: ["x-1"] }],
  ])("but an unknown call is an error: %s:%s", (service, operation, parameters) => {
    expect(() => asked(service, operation, parameters)).toThrow("judging a call");
  });
});
