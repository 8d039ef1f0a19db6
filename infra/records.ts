import { accountId, partition } from "./account.ts";
import { namedInAccount } from "./names.ts";

/** The roles that write to the bucket, by the noun in their name. */
type Writer = "build" | "api" | "reconcile";

/**
 * Who alone may write below each prefix of the bucket. What these objects say decides what nodes run, so a role of the
 * account with `s3:*` must not be able to write them. Nobody may delete them.
 */
const writers: Record<string, Writer[]> = {
  reports: ["build"],
  "records/proofs": ["build"],
  "records/adoptions": ["api"],
  "records/approvals": ["api"],
  "records/publications": ["reconcile"],
  "records/exemptions": ["reconcile"],
  "records/revocations": ["api", "reconcile"],
  "records/unrevocations": ["api"],
};

const prefixes = Object.keys(writers);

/** What a role may write below these prefixes, as paths in the bucket. */
export function pathsOf(writer: Writer): string[] {
  return prefixes.filter((prefix) => writers[prefix]?.includes(writer)).map(below);
}

/**
 * Statements of the bucket's policy. They deny and overrule every policy of an identity. The names of the roles are
 * known before the roles exist, which themselves need the bucket.
 */
export const protectingRecords = [
  ...prefixes.map((prefix) => ({
    effect: "deny" as const,
    principals: "*" as const,
    actions: ["s3:PutObject"],
    conditions: [
      { test: "StringNotEquals", variable: "aws:PrincipalArn", values: writers[prefix]?.map(roleArn) ?? [] },
    ],
    paths: [below(prefix)],
  })),
  {
    effect: "deny" as const,
    principals: "*" as const,
    actions: ["s3:DeleteObject", "s3:DeleteObjectVersion"],
    paths: prefixes.map(below),
  },
];

function roleArn(writer: Writer): $util.Output<string> {
  return $interpolate`arn:${partition}:iam::${accountId}:role/${namedInAccount(writer)}`;
}

function below(prefix: string): string {
  return `${prefix}/*`;
}
