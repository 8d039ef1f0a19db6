import {
  type Ask,
  type Denial,
  ec2,
  group,
  image,
  instance,
  listing,
  ours,
  s3,
  snapshot,
  specification,
  ssm,
  tagging,
  theirs,
  volume,
} from "./asks.ts";
import { running } from "./machines.ts";

const as = "BuildRole";
const key = "packer_6f1c";
const account = "123456789012";
const passing = { action: "iam:PassRole", context: { "iam:passedtoservice": ["ec2.amazonaws.com"] } };

/**
 * The partitions in which Packer's plugin tags at creation: images; instances with their volumes, key pairs and groups.
 */
const imagesAtOnce = ["aws"];
const machinesAtOnce = ["aws", "aws-us-gov"];

/** Each operation on a resource of another stage and on one without a tag, allowed on one of the stage. */
const onTheirs: Denial[] = [
  ["terminates an instance", "TerminateInstances", { InstanceIds: [instance] }],
  ["stops an instance", "StopInstances", { InstanceIds: [instance] }],
  ["reads the password of an instance", "GetPasswordData", { InstanceId: instance }],
  ["reads the console of an instance", "GetConsoleOutput", { InstanceId: instance }],
  ["deregisters an image", "DeregisterImage", { ImageId: image }],
  ["sets the description of an image", "ModifyImageAttribute", { ImageId: image }, imagesAtOnce],
  ["deletes a snapshot", "DeleteSnapshot", { SnapshotId: snapshot }],
  ["opens a security group", "AuthorizeSecurityGroupIngress", { GroupId: group }, machinesAtOnce],
  ["deletes a security group", "DeleteSecurityGroup", { GroupId: group }, machinesAtOnce],
  ["deletes a key pair", "DeleteKeyPair", { KeyName: key }, machinesAtOnce],
].flatMap(([what, operation, parameters, partitions]): Denial[] => {
  const call = [as, operation as string, parameters as Record<string, unknown>] as const;
  return [
    { what: `${what} of another stage`, denied: ec2(...call, theirs), allowed: ec2(...call, ours) },
    {
      what: `${what} without a tag`,
      denied: ec2(...call),
      allowed: ec2(...call, ours),
      partitions: partitions as string[] | undefined,
    },
  ];
});

const volumes: Denial[] = [theirs, {}].map((tags) => ({
  what: `deletes a volume with ${tags === theirs ? "another stage's" : "no"} tag`,
  denied: ec2(as, "DeleteVolume", { VolumeId: volume }, tags),
  allowed: ec2(as, "DeleteVolume", { VolumeId: volume }, ours),
  partitions: machinesAtOnce,
}));

const making: Denial[] = [
  { what: "starts an instance without the stage's tag", denied: running({ Name: "x" }), allowed: running(ours) },
  { what: "starts an instance with another stage's tag", denied: running(theirs), allowed: running(ours) },
  {
    what: "creates a key pair without the stage's tag",
    denied: ec2(as, "CreateKeyPair", { KeyName: key }),
    allowed: makingKey(ours),
    partitions: machinesAtOnce,
  },
  {
    what: "creates an image from another stage's instance",
    denied: ec2(as, "CreateImage", { InstanceId: instance }, theirs),
    allowed: ec2(as, "CreateImage", { InstanceId: instance }, ours),
  },
  {
    what: "sets the stage's tag on an existing instance",
    denied: tagging(as, "CreateTags", ours, {}, instance),
    allowed: running(ours),
  },
  {
    what: "sets the stage's tag on an existing volume",
    denied: tagging(as, "CreateTags", ours, {}, volume),
    allowed: running(ours),
    partitions: machinesAtOnce,
  },
  ...[theirs, {}].map((current) => ({
    what: `sets the stage's tag on an existing key pair with ${current === theirs ? "another stage's" : "no"} tag`,
    denied: tagging(as, "CreateTags", ours, current, "key-00000001"),
    allowed: makingKey(ours),
  })),
  { what: "sets another stage's tag on a new key pair", denied: makingKey(theirs), allowed: makingKey(ours) },
  {
    what: "sets the stage's tag on an existing security group",
    denied: tagging(as, "CreateTags", ours, {}, group),
    allowed: running(ours),
  },
  {
    what: "sets the stage's tag on an image of another owner",
    denied: tagging(as, "CreateTags", ours, {}),
    allowed: tagging(as, "CreateTags", ours, ours),
    partitions: imagesAtOnce,
  },
  ...[image, snapshot].map((id) => ({
    what: `sets the stage's tag on another stage's ${id === image ? "image" : "snapshot"}`,
    denied: tagging(as, "CreateTags", ours, theirs, id),
    allowed: tagging(as, "CreateTags", ours, ours, id),
  })),
  {
    what: "sets another stage's tag on an image of the stage",
    denied: tagging(as, "CreateTags", theirs, ours),
    allowed: tagging(as, "CreateTags", { "eks-windows-images:proof": "passed" }, ours),
  },
  {
    what: "tags another stage's image as proved",
    denied: tagging(as, "CreateTags", { "eks-windows-images:proof": "passed" }, theirs),
    allowed: tagging(as, "CreateTags", { "eks-windows-images:proof": "passed" }, ours),
  },
];

function makingKey(tags: Record<string, string>): Ask {
  return ec2(as, "CreateKeyPair", { KeyName: key, TagSpecifications: [specification("key-pair", tags)] });
}

/** Tags that say what others than a build decided about an image. */
const decisions = ["approved", "revoked", "published-stable", "published-candidate", "retired-at", "withdrawn-at"];
const tag = (name: string) => ({ [name === "owner" ? name : `eks-windows-images:${name}`]: "x" });

const tags: Denial[] = [...decisions, "owner"].flatMap((name): Denial[] => [
  {
    what: `tags its image with ${name}`,
    denied: tagging(as, "CreateTags", tag(name), ours),
    allowed: tagging(as, "CreateTags", { ...tag("input:baseAmi"), ...tag("proof"), ...tag("os-build") }, ours),
  },
  {
    what: `tags its image with ${name} beside its proof`,
    denied: tagging(as, "CreateTags", { ...tag("proof"), ...tag(name) }, ours),
    allowed: tagging(as, "CreateTags", { ...tag("proof"), ...tag("proved-at") }, ours),
  },
  {
    what: `creates an image with the tag ${name}`,
    denied: creatingImage({ ...ours, ...tag(name) }),
    allowed: creatingImage({ ...ours, ...tag("reasons"), Name: "x" }),
    partitions: imagesAtOnce,
  },
]);

function creatingImage(tags: Record<string, string>): Denial["denied"] {
  const TagSpecifications = ["image", "snapshot"].map((type) => specification(type, tags));
  return ec2(as, "CreateImage", { InstanceId: instance, TagSpecifications }, ours);
}

const giving: Denial[] = [
  ["the role of reconcile", { resource: "<ReconcileRole>" }],
  ["its own role", { resource: "<BuildRole>" }],
  ["a role of another account", { resource: "arn:aws:iam::210987654321:role/<GuestRole.name>" }],
  ["the guest's role to a function", { context: { "iam:passedtoservice": ["lambda.amazonaws.com"] } }],
].map(([what, change]) => ({
  what: `passes ${what}`,
  denied: { as, ...passing, resource: "<GuestRole>", ...(change as object) },
  allowed: { as, ...passing, resource: "<GuestRole>" },
}));

const elsewhere: Denial[] = [
  {
    what: "reads an instance profile that is not deployed",
    denied: {
      as,
      action: "iam:GetInstanceProfile",
      resource: `arn:aws:iam::${account}:instance-profile/admin`,
      context: {},
    },
    allowed: { as, action: "iam:GetInstanceProfile", resource: "<GuestProfile>", context: {} },
  },
  {
    what: "terminates an instance of another Region",
    denied: {
      as,
      action: "ec2:TerminateInstances",
      resource: `arn:aws:ec2:eu-west-1:${account}:instance/${instance}`,
      context: { "aws:resourcetag/eks-windows-images:stage": ["production"] },
    },
    allowed: ec2(as, "TerminateInstances", { InstanceIds: [instance] }, ours),
  },
  {
    what: "writes a notification record",
    denied: s3(as, "PutObject", "announced/a"),
    allowed: s3("ReconcileRole", "PutObject", "announced/a"),
  },
  ...[
    "approvals",
    "publications",
    "exemptions",
    "retirements",
    "withdrawals",
    "revocations",
    "unrevocations",
    "adoptions",
  ].map((kind) => ({
    what: `records ${kind}`,
    denied: s3(as, "PutObject", `records/${kind}/ami-1/a`),
    allowed: s3(as, "PutObject", "records/proofs/ami-1/a"),
  })),
  {
    what: "deletes a measure",
    denied: s3(as, "DeleteObject", "records/measures/ami-1/start-1-a"),
    allowed: s3(as, "PutObject", "records/measures/ami-1/start-1-a"),
  },
  {
    what: "deletes a record",
    denied: s3(as, "DeleteObject", "records/proofs/ami-1/a"),
    allowed: s3(as, "PutObject", "records/proofs/ami-1/a"),
  },
  {
    what: "lists notification records",
    denied: listing(as, "announced/"),
    allowed: listing(as, "records/proofs/ami-1/made-"),
  },
  {
    what: "resumes",
    denied: s3(as, "DeleteObject", "records/pauses/a"),
    allowed: s3("ApiRole", "DeleteObject", "records/pauses/a"),
  },
  {
    what: "replaces the recipe",
    denied: s3(as, "PutObject", "source/a.zip"),
    allowed: s3(as, "PutObject", "reports/a/report.json"),
  },
  {
    what: "writes a harvest",
    denied: s3(as, "PutObject", "harvest/a/manifest.json"),
    allowed: s3("HarvestRole", "PutObject", "harvest/a/manifest.json"),
  },
  {
    what: "reads harvested files",
    denied: s3(as, "GetObject", "harvest/a/files/b"),
    allowed: s3(as, "GetObject", "harvest/a/manifest.json"),
  },
  {
    what: "reads the recipe of another bucket",
    denied: s3(as, "GetObject", "source/a.zip", "another"),
    allowed: s3(as, "GetObject", "source/a.zip"),
  },
  {
    what: "deletes a report",
    denied: s3(as, "DeleteObject", "reports/a/report.json"),
    allowed: s3(as, "PutObject", "reports/a/report.json"),
  },
  {
    what: "writes a channel",
    denied: ssm(as, "PutParameter", "/eks-windows-images/production/channels/a/stable"),
    allowed: ssm("ReconcileRole", "PutParameter", "/eks-windows-images/production/channels/a/stable"),
  },
];

export const buildRoleDenials: Denial[] = [...onTheirs, ...volumes, ...making, ...tags, ...giving, ...elsewhere];
