export const { accountId } = aws.getCallerIdentityOutput();
export const { region } = aws.getRegionOutput();
/** `dnsSuffix` is the end of those service names that differ by partition: in China, EC2 is `ec2.amazonaws.com.cn`. */
export const { partition, dnsSuffix } = aws.getPartitionOutput();

/** An ARN in this partition, Region and account: `arnOf("ec2", "image/*")`. */
export function arnOf(service: string, resource: $util.Input<string>): $util.Output<string> {
  return $interpolate`arn:${partition}:${service}:${region}:${accountId}:${resource}`;
}

/** The ARN of all AMIs or all snapshots: `imageArn("image")`. Their ARNs contain no account ID. */
export function imageArn(kind: "image" | "snapshot"): $util.Output<string> {
  return $interpolate`arn:${partition}:ec2:${region}::${kind}/*`;
}

export type Statement = aws.types.input.iam.GetPolicyDocumentStatementArgs;

/** A policy document as JSON. The default effect of a statement is Allow. */
export function policyDocument(statements: $util.Input<Statement[]>): $util.Output<string> {
  return aws.iam.getPolicyDocumentOutput({ statements }).json;
}

/** For the policy of a queue or a topic: denies the action to every caller without TLS. */
export function nothingWithoutTls(action: string, resource: $util.Input<string>): Statement {
  return {
    sid: "NothingWithoutTls",
    effect: "Deny",
    actions: [action],
    resources: [resource],
    principals: [{ type: "*", identifiers: ["*"] }],
    conditions: [{ test: "Bool", variable: "aws:SecureTransport", values: ["false"] }],
  };
}
