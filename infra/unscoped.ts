/** AWS knows no resource for these (Service Authorization Reference). */
const resourceless = {
  "ec2:DescribeDhcpOptions": "CodeBuild enters the user's VPC",
  "ec2:DescribeImageReferences": "who uses an image: it is retired only where this and the resources' own calls agree",
  "ec2:DescribeImages": "which images there are, and what has become of them",
  "ec2:DescribeInstances": "who uses an image; Packer waits for its instance",
  "ec2:DescribeInstanceTypeOfferings": "Packer looks for a subnet in a zone that has the instance type",
  "ec2:DescribeNetworkInterfaces": "CodeBuild enters the user's VPC",
  "ec2:DescribeLaunchTemplateVersions": "who uses an image, as of the latest and default versions",
  "ec2:DescribeRegions": "Packer checks that there is such a Region",
  "ec2:DescribeSecurityGroups": "Packer waits for its security group; CodeBuild enters the user's VPC",
  "ec2:DescribeSnapshots": "Packer removes what there is of an image that it cannot finish",
  "ec2:DescribeSubnets": "Packer looks where its instance is to be; CodeBuild enters the user's VPC",
  "ec2:DescribeVolumes": "Packer looks which volumes outlive its instance",
  "ec2:DescribeVpcs": "Packer looks for the default VPC; CodeBuild enters the user's",
  "eks:DescribeClusterVersions": "which patch EKS runs, where the configuration follows it",
} as const;

/**
 * DescribeImageReferences looks at these in the caller's name, and leaves out silently what the caller may not see (AWS, managed policy
 * AmazonEC2ImageReferencesAccessPolicy). Any of them may name an image.
 */
const inCallersName = {
  "ec2:DescribeLaunchTemplates": "EC2 asks which launch templates name an image",
  "imagebuilder:GetContainerRecipe": "EC2 asks which recipes name an image",
  "imagebuilder:ListContainerRecipes": "EC2 asks which recipes name an image",
  "imagebuilder:ListImageRecipes": "EC2 asks which recipes name an image",
  "ssm:DescribeParameters": "EC2 asks which parameters hold an image",
  "ssm:GetParameters": "EC2 asks which parameters hold an image",
} as const;

/** Everything that is allowed on every resource, and what for. */
export const unscoped = { ...resourceless, ...inCallersName };

export type Look = keyof typeof resourceless;

/** A statement that allows these, each once. */
export function lookingAt(looks: Look[]) {
  return { actions: [...new Set<string>(looks)], resources: ["*"] };
}

/** A statement that allows EC2 to look on when it is asked who uses an image, and allows the caller nothing. */
export const lettingEc2LookOn = {
  actions: Object.keys(inCallersName),
  resources: ["*"],
  conditions: [{ test: "ForAnyValue:StringEquals", variable: "aws:CalledVia", values: ["ec2-images.amazonaws.com"] }],
};
