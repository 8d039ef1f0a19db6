export const { accountId } = aws.getCallerIdentityOutput();
export const { region } = aws.getRegionOutput();
/** `dnsSuffix` ends the names of the services that have one a partition: in China EC2 is `ec2.amazonaws.com.cn`. */
export const { partition, dnsSuffix } = aws.getPartitionOutput();

/** An ARN in this partition, Region and account: `arnOf("ec2", "image/*")`. */
export function arnOf(service: string, resource: $util.Input<string>): $util.Output<string> {
  return $interpolate`arn:${partition}:${service}:${region}:${accountId}:${resource}`;
}

/** AMIs' and snapshots' ARNs name no account: `imageArn("image")`. */
export function imageArn(kind: "image" | "snapshot"): $util.Output<string> {
  return $interpolate`arn:${partition}:ec2:${region}::${kind}/*`;
}

export type Statement = aws.types.input.iam.GetPolicyDocumentStatementArgs;

/** A policy document as JSON. Statements allow unless they say otherwise. */
export function policyDocument(statements: $util.Input<Statement[]>): $util.Output<string> {
  return aws.iam.getPolicyDocumentOutput({ statements }).json;
}

/** For the policy of a queue or a topic: nobody may do this to it without TLS. */
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
