import { accountId, partition } from "./account.ts";
import { namedInAccount } from "./names.ts";

/** The roles that write to the bucket, by the noun in their name. */
type Writer = "build" | "api" | "reconcile";

/**
 * Who alone may write below each prefix of the bucket. What these objects say decides what nodes run, so a role of the
 * account with `s3:*` must not be able to write them. Nobody may delete them, but for the end of a pause.
 */
const writers: Record<string, Writer[]> = {
  reports: ["build"],
  "records/proofs": ["build"],
  "records/adoptions": ["api"],
  "records/approvals": ["api"],
  "records/publications": ["reconcile"],
  "records/exemptions": ["reconcile"],
  "records/retirements": ["reconcile"],
  "records/withdrawals": ["reconcile"],
  "records/revocations": ["api", "reconcile"],
  "records/unrevocations": ["api"],
};

/** A pause ends when its record is deleted. */
const pauses = "records/pauses";

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
  ...prefixes.flatMap((prefix) => [
    denial(["s3:PutObject"], prefix, writers[prefix]),
    denial(["s3:DeleteObject", "s3:DeleteObjectVersion"], prefix),
  ]),
  denial(["s3:PutObject", "s3:DeleteObject", "s3:DeleteObjectVersion"], pauses, ["api"]),
];

function denial(actions: string[], prefix: string, but: Writer[] = []) {
  const conditions =
    but.length > 0 ? [{ test: "StringNotEquals", variable: "aws:PrincipalArn", values: but.map(roleArn) }] : [];
  return { effect: "deny" as const, principals: "*" as const, actions, conditions, paths: [below(prefix)] };
}

function roleArn(writer: Writer): $util.Output<string> {
  return $interpolate`arn:${partition}:iam::${accountId}:role/${namedInAccount(writer)}`;
}

function below(prefix: string): string {
  return `${prefix}/*`;
}
