/** Actions without resource-level permissions (Service Authorization Reference), and what each is used for. */
const resourceless = {
  "autoscaling:DescribeAutoScalingGroups": "reads which launch template the groups of fleets, and all others, follow",
  "autoscaling:DescribeInstanceRefreshes": "reads how the replacement of a fleet's instances goes",
  "autoscaling:DescribeLifecycleHooks": "finds out whether anything drains a fleet's nodes",
  "autoscaling:DescribeScalingActivities": "reads whether an instance of a fleet was replaced for its health",
  // It has resource-level permissions, but without `*` CloudWatch tells of no composite alarm (API reference).
  "cloudwatch:DescribeAlarms": "reads whether an alarm of a fleet is in ALARM",
  "ec2:DescribeAccountAttributes": "EC2 makes a network for whoever enables Fast Launch in a place",
  "ec2:DescribeAvailabilityZones": "EC2 makes a network for whoever enables Fast Launch in a place",
  "ec2:DescribeDhcpOptions": "CodeBuild connects to the user's VPC",
  "ec2:DescribeFastLaunchImages": "reads what has Fast Launch, and how much of the account's quota that takes",
  "ec2:DescribeImageReferences":
    "finds what uses an image: it is retired only if this call and the resources' own calls agree",
  "ec2:DescribeImages": "reads images and their state",
  "ec2:DescribeInstances": "finds instances that use an image; Packer waits for its instance",
  "ec2:DescribeInstanceTypeOfferings": "Packer finds a subnet in a zone that offers the instance type",
  "ec2:DescribeKeyPairs": "tells when a key pair that a build left behind was made, and its name",
  "ec2:DescribeNetworkInterfaces": "CodeBuild connects to the user's VPC",
  "ec2:DescribeLaunchTemplateVersions": "finds launch templates whose latest or default version uses an image",
  "ec2:DescribeLaunchTemplates": "EC2 makes a launch template for whoever enables Fast Launch in a place",
  "ec2:DescribeRegions": "Packer checks that the Region exists",
  "ec2:DescribeSecurityGroups":
    "Packer waits for its security group; CodeBuild connects to the user's VPC; finds what builds left behind",
  "ec2:DescribeSnapshots": "Packer removes the parts of an image that it cannot finish; finds what builds left behind",
  "ec2:DescribeSubnets": "Packer finds the subnet of its instance; CodeBuild connects to the user's VPC",
  "ec2:DescribeTags": "finds what builds left behind, by the tags of their runs",
  "ec2:DescribeVolumes": "Packer finds volumes that outlive its instance; finds what builds left behind",
  "ec2:DescribeVpcs": "Packer finds the default VPC; CodeBuild connects to the user's",
  "ecr:GetAuthorizationToken": "the guest logs in to the registries of private container images",
  "eks:DescribeClusterVersions": "reads EKS's patch version, if the configuration follows EKS",
} as const;

/**
 * Actions that DescribeImageReferences performs on behalf of the caller. It silently leaves out what the caller cannot
 * read (AWS, managed policy AmazonEC2ImageReferencesAccessPolicy), and any of these resources may refer to an image.
 */
const onCallersBehalf = {
  "ec2:DescribeLaunchTemplates": "EC2 reads launch templates that refer to an image",
  "imagebuilder:GetContainerRecipe": "EC2 reads recipes that refer to an image",
  "imagebuilder:ListContainerRecipes": "EC2 reads recipes that refer to an image",
  "imagebuilder:ListImageRecipes": "EC2 reads recipes that refer to an image",
  "ssm:DescribeParameters": "EC2 reads parameters that hold an image",
  "ssm:GetParameters": "EC2 reads parameters that hold an image",
} as const;

/** Every action that is allowed on all resources, and what it is used for. */
export const unscoped = { ...resourceless, ...onCallersBehalf };

export type UnscopedAction = keyof typeof resourceless;

/** A statement that allows these actions. An action may be listed several times. */
export function unscopedStatement(actions: UnscopedAction[]) {
  return { actions: [...new Set<string>(actions)], resources: ["*"] };
}

/**
 * A statement for DescribeImageReferences: it allows EC2 to read these resources on behalf of the caller, and the
 * caller nothing.
 */
export const readingThroughEc2 = {
  actions: Object.keys(onCallersBehalf),
  resources: ["*"],
  conditions: [{ test: "ForAnyValue:StringEquals", variable: "aws:CalledVia", values: ["ec2-images.amazonaws.com"] }],
};
