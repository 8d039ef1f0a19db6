import { roleArn } from "./names.ts";

/** The roles that write to the bucket, by the noun in their name. */
type Writer = "build" | "api" | "reconcile" | "harvest";

/**
 * Who alone may write below each prefix of the bucket. What these objects say decides what nodes run and what
 * subscribers hear, so a role of the account with `s3:*` must not be able to write them. Nobody may delete them, but
 * for the end of a pause or a hold. S3's lifecycle asks no policy.
 */
const writers: Record<string, Writer[]> = {
  reports: ["build"],
  harvest: ["harvest"],
  announced: ["reconcile"],
  "records/proofs": ["build"],
  "records/measures": ["build"],
  "records/adoptions": ["api"],
  "records/approvals": ["api"],
  "records/publications": ["reconcile"],
  "records/holdings": ["reconcile"],
  "records/starts": ["reconcile"],
  "records/exemptions": ["reconcile"],
  "records/retirements": ["reconcile"],
  "records/withdrawals": ["reconcile"],
  "records/disablings": ["reconcile"],
  "records/revocations": ["api", "reconcile"],
  "records/unrevocations": ["api"],
};

/** The same of fleets. Protected without fleets, too, because what was recorded counts again once they are back. */
const fleetWriters: Record<string, Writer[]> = {
  "records/rollouts": ["reconcile"],
  "records/refusals": ["reconcile"],
  "records/endings": ["reconcile"],
  "records/arrivals": ["reconcile"],
  "records/sights": ["reconcile"],
  "records/rollout-orders": ["api"],
  "records/releases": ["api"],
};

/** The same of Fast Launch, for the same reason. */
const fastLaunchWriters: Record<string, Writer[]> = {
  "records/fast-launches": ["reconcile"],
  "records/fast-launch-refusals": ["reconcile"],
};

/** The same of places, for the same reason. */
const placeWriters: Record<string, Writer[]> = {
  "records/copies": ["reconcile"],
  "records/shares": ["reconcile"],
  "records/unshares": ["reconcile"],
  "records/place-publications": ["reconcile"],
  "records/place-retirements": ["reconcile"],
  "records/place-refusals": ["reconcile"],
  "records/place-sights": ["reconcile"],
  "records/place-fast-launches": ["reconcile"],
  "records/place-proofs": ["build"],
};

/** A pause or a hold ends when its record is deleted. */
const orders = ["records/pauses", "records/holds"];

/** Builds take the version of a source that its project names, so only its removal could harm them. */
const sources = "source";

const all = { ...writers, ...fleetWriters, ...fastLaunchWriters, ...placeWriters };
const prefixes = Object.keys(all);

/** Replication writes and deletes objects with actions of its own (Service Authorization Reference, Amazon S3). */
const writing = ["s3:PutObject", "s3:ReplicateObject"];
const deleting = ["s3:DeleteObject", "s3:DeleteObjectVersion", "s3:ReplicateDelete"];

/** What a role may write below these prefixes, as paths in the bucket. */
export function pathsOf(writer: Writer): string[] {
  return pathsIn(writers, writer);
}

/** The same about fleets. */
export function fleetPathsOf(writer: Writer): string[] {
  return pathsIn(fleetWriters, writer);
}

/** The same about Fast Launch. */
export function fastLaunchPathsOf(writer: Writer): string[] {
  return pathsIn(fastLaunchWriters, writer);
}

/** The same about places. */
export function placePathsOf(writer: Writer): string[] {
  return pathsIn(placeWriters, writer);
}

/**
 * Statements of the bucket's policy. They deny and overrule every policy of an identity. The names of the roles are
 * known before the roles exist, which themselves need the bucket.
 */
export const protectingRecords = [
  ...prefixes.map((prefix) => denial(writing, [prefix], all[prefix])),
  denial(deleting, [...prefixes, sources]),
  denial([...writing, ...deleting], orders, ["api"]),
  // Other kinds of records mean nothing, but each run lists all keys.
  denial(writing, ["records"], ["build", "api", "reconcile"]),
];

function denial(actions: string[], prefixes: string[], but: Writer[] = []) {
  const conditions =
    but.length > 0 ? [{ test: "StringNotEquals", variable: "aws:PrincipalArn", values: but.map(roleArn) }] : [];
  return { effect: "deny" as const, principals: "*" as const, actions, conditions, paths: prefixes.map(below) };
}

function pathsIn(table: Record<string, Writer[]>, writer: Writer): string[] {
  return Object.keys(table)
    .filter((prefix) => table[prefix]?.includes(writer))
    .map(below);
}

function below(prefix: string): string {
  return `${prefix}/*`;
}
