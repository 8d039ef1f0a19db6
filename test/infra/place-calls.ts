import { image, ours, snapshot, specification, theirs } from "./denials/asks.ts";
import { accountId } from "./deployments.ts";
import type { May } from "./place-roles.ts";

type Asked = Parameters<May>[0];

const copy = "ami-00000002";
const started = { ImageId: copy, InstanceType: "m7i.xlarge", SubnetId: "subnet-00000001", SecurityGroupIds: ["sg-1"] };
const inTemplate = (tags: Record<string, string>) => ["instance", "volume"].map((type) => specification(type, tags));

export const copying = (tags = ours, owner = accountId): Asked => ({
  operation: "CopyImage",
  parameters: {
    SourceRegion: "us-east-1",
    SourceImageId: image,
    Name: "copy",
    TagSpecifications: ["image", "snapshot"].map((type) => specification(type, tags)),
  },
  owners: { [image]: owner },
});

const onCopy = (operation: string, tags: Record<string, string> = ours): Asked => ({
  operation,
  parameters: { ImageId: copy },
  tags: { [copy]: tags },
});

const removing = (ofSnapshot: Record<string, string> = ours): Asked => ({
  operation: "DeregisterImage",
  parameters: { ImageId: copy, DeleteAssociatedSnapshots: true },
  tags: { [copy]: ours, [snapshot]: ofSnapshot },
});

const writing = (Name: string): Asked => ({
  service: "ssm",
  operation: "PutParameter",
  parameters: { Name, DataType: "aws:ec2:image", Tags: [{ Key: "a", Value: "b" }] },
});
const listing = (Path: string): Asked => ({ service: "ssm", operation: "GetParametersByPath", parameters: { Path } });
const channels = "/eks-windows-images/production/channels";

/** What the role of a place is denied, and the most similar call that it is allowed. */
export const always: [what: string, denied: Asked, allowed: Asked][] = [
  ["copies an image of a stranger", copying(ours, "999999999999"), copying()],
  ["copies with another stage's tag", copying(theirs), copying()],
  ["copies into another Region", { ...copying(), region: "ap-south-1" }, copying()],
  ...["DisableImage", "EnableImage", "DescribeImageAttribute"].flatMap((operation): [string, Asked, Asked][] => [
    [`calls ${operation} on another stage's image`, onCopy(operation, theirs), onCopy(operation)],
    [`calls ${operation} on somebody's image`, onCopy(operation, {}), onCopy(operation)],
    [`calls ${operation} in another Region`, { ...onCopy(operation), region: "ap-south-1" }, onCopy(operation)],
  ]),
  ["deletes somebody's snapshot with a copy", removing({}), removing()],
  ["writes the requests", writing("/eks-windows-images/production/requests/a"), writing(`${channels}/a/stable`)],
  [
    "writes another stage's channel",
    writing(`${channels.replace("production", "test")}/a/stable`),
    writing(`${channels}/a/b`),
  ],
  [
    "writes a channel in another Region",
    { ...writing(`${channels}/a/b`), region: "ap-south-1" },
    writing(`${channels}/a/b`),
  ],
  ["reads all parameters", listing("/"), listing(channels)],
  ["looks at another Region", { operation: "DescribeImages", region: "ap-south-1" }, { operation: "DescribeImages" }],
  [
    "tags an image that exists",
    {
      operation: "CreateTags",
      parameters: { Resources: [copy], Tags: [{ Key: "eks-windows-images:stage", Value: "production" }] },
      tags: { [copy]: {} },
    },
    copying(),
  ],
  ["lets others use a copy", onCopy("ModifyImageAttribute"), onCopy("DisableImage")],
];

const proving = (more: Record<string, unknown> = {}, tags = ours, ofImage = ours): Asked => ({
  operation: "RunInstances",
  parameters: { ...started, KeyName: "packer_1", TagSpecifications: inTemplate(tags), ...more },
  tags: { [copy]: ofImage },
});
const stopping = (tags = ours): Asked => ({
  operation: "TerminateInstances",
  parameters: { InstanceIds: ["i-1"] },
  tags: { "i-1": tags },
});

/** The same of a role by which builds prove images. */
export const ofProofs: typeof always = [
  ["starts another type of instance", proving({ InstanceType: "p5.48xlarge" }), proving()],
  ["starts an instance with a profile", proving({ IamInstanceProfile: { Name: "admin" } }), proving()],
  ["starts an instance without the stage's tag", proving({}, {}), proving()],
  ["starts somebody's image", proving({}, ours, {}), proving()],
  ["starts an instance in another Region", { ...proving(), region: "ap-south-1" }, proving()],
  ["terminates somebody's instance", stopping({}), stopping()],
];

const enabling = (tags = ours): Asked => onCopy("EnableFastLaunch", tags);

/** The same of a role that enables Fast Launch. */
export const ofFastLaunch: typeof always = [
  ["enables Fast Launch of another stage's image", enabling(theirs), enabling()],
  ["enables Fast Launch of somebody's image", enabling({}), enabling()],
  ["ends Fast Launch of another stage's image", onCopy("DisableFastLaunch", theirs), onCopy("DisableFastLaunch")],
  [
    "ends Fast Launch in another Region",
    { ...onCopy("DisableFastLaunch", {}), region: "ap-south-1" },
    onCopy("DisableFastLaunch", {}),
  ],
];
