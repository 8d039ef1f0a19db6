export const { accountId } = aws.getCallerIdentityOutput();
export const { region } = aws.getRegionOutput();
export const { partition } = aws.getPartitionOutput();

/** An ARN in this partition, Region and account: `arnOf("ec2", "image/*")`. */
export function arnOf(service: string, resource: $util.Input<string>): $util.Output<string> {
  return $interpolate`arn:${partition}:${service}:${region}:${accountId}:${resource}`;
}

/** AMIs' and snapshots' ARNs name no account: `imageArn("image")`. */
export function imageArn(kind: "image" | "snapshot"): $util.Output<string> {
  return $interpolate`arn:${partition}:ec2:${region}::${kind}/*`;
}

/** A role's policy document as JSON. Statements allow unless they say otherwise. */
export function policyDocument(statements: aws.types.input.iam.GetPolicyDocumentStatementArgs[]): $util.Output<string> {
  return aws.iam.getPolicyDocumentOutput({ statements }).json;
}
