import { subnet, volumeKeyArn } from "../deployments.ts";
import { type Ask, type Denial, ec2, image, instance, ours, specification, theirs } from "./asks.ts";

const as = "BuildRole";
const other = "subnet-0fedcba9876543210";
const account = "123456789012";
const arn = (resource: string) => `arn:aws:ec2:us-east-1:${account}:${resource}`;
const tagged = { "aws:requesttag/eks-windows-images:stage": ["production"] };
const started = {
  InstanceType: "m7i.xlarge",
  IamInstanceProfile: { Name: "<GuestProfile.name>" },
};

/** Packer's call of RunInstances. */
export function running(tags: Record<string, string>, changes: Record<string, unknown> = {}): Ask {
  const TagSpecifications = [specification("instance", tags), specification("volume", tags)];
  return ec2(as, "RunInstances", { ImageId: image, ...started, TagSpecifications, ...changes });
}

const instances: Denial[] = [
  {
    what: "starts an instance of another type",
    denied: running(ours, { InstanceType: "p5.48xlarge" }),
    allowed: running(ours),
  },
  {
    what: "starts an instance without a profile",
    denied: running(ours, { IamInstanceProfile: undefined }),
    allowed: running(ours, { IamInstanceProfile: { Name: "<HarvestProfile.name>" } }),
  },
  {
    what: "starts an instance with a profile that is not deployed",
    denied: runningWith(`arn:aws:iam::${account}:instance-profile/admin`),
    allowed: runningWith("<GuestProfile>"),
  },
  ...[
    ["starts an instance in another subnet", "RunInstances", `subnet/${other}`, `subnet/${subnet}`],
    [
      "starts an instance in another security group",
      "RunInstances",
      "security-group/sg-0123456789abcdef0",
      "security-group/<InstanceSecurityGroup.id>",
    ],
    ["creates a network interface in another subnet", "CreateNetworkInterface", `subnet/${other}`, `subnet/${subnet}`],
    [
      "creates a network interface in another security group",
      "CreateNetworkInterface",
      "security-group/<InstanceSecurityGroup.id>",
      "security-group/<CodeBuildSecurityGroup.id>",
    ],
  ].map(([what = "", action, denied = "", allowed = ""]): Denial => {
    const asked = { as, where: "inVpc", action: `ec2:${action}`, context: {} } as const;
    return { what, denied: { ...asked, resource: arn(denied) }, allowed: { ...asked, resource: arn(allowed) } };
  }),
];

function runningWith(profile: string): Ask {
  const context = { ...tagged, "ec2:instancetype": ["m7i.xlarge"], "ec2:instanceprofile": [profile] };
  return { as, action: "ec2:RunInstances", resource: arn("instance/*"), context };
}

/** Existing network interfaces. */
const interfaces: Denial[] = [
  {
    what: "deletes a network interface in another subnet",
    denied: onInterface("DeleteNetworkInterface", { "ec2:subnet": [arn(`subnet/${other}`)] }),
    allowed: onInterface("DeleteNetworkInterface", { "ec2:subnet": [arn(`subnet/${subnet}`)] }),
  },
  {
    what: "grants use of a network interface to another service than CodeBuild",
    denied: lending("lambda.amazonaws.com", subnet),
    allowed: lending("codebuild.amazonaws.com", subnet),
  },
  {
    what: "grants use of a network interface in another subnet",
    denied: lending("codebuild.amazonaws.com", other),
    allowed: lending("codebuild.amazonaws.com", subnet),
  },
];

function onInterface(operation: string, context: Record<string, string[]>): Ask {
  return { as, where: "inVpc", action: `ec2:${operation}`, resource: arn("network-interface/eni-00000001"), context };
}

function lending(service: string, where: string): Ask {
  const context = { "ec2:authorizedservice": [service], "ec2:subnet": [arn(`subnet/${where}`)] };
  return onInterface("CreateNetworkInterfacePermission", context);
}

/** In China, where Packer's plugin tags running instances. */
const inChina: Denial[] = [
  {
    what: "sets the stage's tag on an instance whose profile is not deployed",
    denied: taggingLater({ "ec2:instanceprofile": [`arn:aws:iam::${account}:instance-profile/admin`] }),
    allowed: taggingLater({ "ec2:instanceprofile": ["<GuestProfile>"] }),
  },
  {
    what: "sets the stage's tag on another stage's instance",
    denied: taggingLater({
      "ec2:instanceprofile": ["<GuestProfile>"],
      "aws:resourcetag/eks-windows-images:stage": ["test"],
    }),
    allowed: taggingLater({ "ec2:instanceprofile": ["<HarvestProfile>"] }),
  },
  {
    what: "deletes a volume, in a partition where it can tag any",
    denied: ec2(as, "DeleteVolume", { VolumeId: "vol-00000001" }, ours),
    allowed: ec2(as, "TerminateInstances", { InstanceIds: [instance] }, ours),
  },
  {
    what: "sets the stage's tag on another stage's volume",
    denied: ec2(as, "CreateTags", { Resources: ["vol-00000001"], ...specification("", ours) }, theirs),
    allowed: ec2(as, "CreateTags", { Resources: ["vol-00000001"], ...specification("", ours) }),
  },
].map((denial) => ({ ...denial, partitions: ["aws-cn"] }));

function taggingLater(context: Record<string, string[]>): Ask {
  return { as, action: "ec2:CreateTags", resource: arn(`instance/${instance}`), context: { ...tagged, ...context } };
}

const throughEc2 = { "kms:viaservice": ["ec2.us-east-1.amazonaws.com"] };
const forAws = { "kms:grantisforawsresource": ["true"] };

/** The user's key for volumes. */
const keys: Denial[] = [
  {
    what: "uses another key",
    denied: usingKey("Decrypt", throughEc2, volumeKeyArn.replace("0123abcd", "4567abcd")),
    allowed: usingKey("Decrypt", throughEc2),
  },
  {
    what: "uses the key for volumes directly",
    denied: usingKey("Decrypt", {}),
    allowed: usingKey("GenerateDataKeyWithoutPlaintext", throughEc2),
  },
  {
    what: "uses the key for volumes through another service",
    denied: usingKey("ReEncryptTo", { "kms:viaservice": ["s3.us-east-1.amazonaws.com"] }),
    allowed: usingKey("ReEncryptTo", throughEc2),
  },
  {
    what: "grants use of the key for volumes to others than AWS",
    denied: usingKey("CreateGrant", { ...throughEc2, "kms:grantisforawsresource": ["false"] }),
    allowed: usingKey("CreateGrant", { ...throughEc2, ...forAws }),
  },
  {
    what: "grants use of the key for volumes through another service",
    denied: usingKey("CreateGrant", { "kms:viaservice": ["rds.us-east-1.amazonaws.com"], ...forAws }),
    allowed: usingKey("CreateGrant", { ...throughEc2, ...forAws }),
  },
  {
    what: "uses a key for volumes, if none is configured",
    denied: { ...usingKey("DescribeKey", throughEc2), where: "usual" },
    allowed: usingKey("DescribeKey", throughEc2),
  },
];

function usingKey(operation: string, context: Record<string, string[]>, resource = volumeKeyArn): Ask {
  return { as, where: "everything", action: `kms:${operation}`, resource, context };
}

/** Build instances, their network and their volumes. */
export const machineDenials: Denial[] = [...instances, ...interfaces, ...inChina, ...keys];
