import { z } from "zod";
import type { RecordedCall } from "../aws/emulator.ts";
import type { CreatedResource } from "../deploy/cloud.ts";
import type { Place } from "../deploy/look-ups.ts";
import { type Statement, statementsOf } from "./policy.ts";
import { type Account, requestsThere } from "./requests.ts";
import { type Spoke, spokeName, statementsOfSpoke } from "./spoke.ts";
import { whyNotTrusted } from "./trust.ts";
import { judge, type Request } from "./verdict.ts";

/** The result of judging recorded calls by the deployed policies of the roles that made them. */
export interface Review {
  /** Calls by roles. Calls without a role are the stack's own. */
  calls: number;
  /** Distinct pairs of role and action. */
  actions: number;
  /** The statements of all roles, including those that deny. */
  statements: number;
  /** Calls that the policies deny, without repetitions, in the order of the calls. */
  denied: string[];
  /** Grants that at least one call needed. */
  used: Grant[];
  /** Grants that no call needed. */
  unused: Grant[];
}

/** One action that one statement allows to a role, with the role's name in the program. */
export interface Grant {
  role: string;
  action: string;
  /** As in the policy; resources of the program have their names there instead of ARNs. */
  resources: string[];
}

const Role = z.object({
  name: z.string(),
  inlinePolicies: z.array(z.object({ policy: z.string() })).default([]),
  managedPolicyArns: z.array(z.string()).default([]),
});

const Profile = z.object({ name: z.string(), role: z.string() });

const Topic = z.object({ arn: z.string(), kmsMasterKeyId: z.string().optional() });

/** The statements of each role's policies, by the role's name. */
export function policiesOf(resources: readonly CreatedResource[]): Map<string, Statement[]> {
  return new Map(
    rolesOf(resources).map(({ role: { name, inlinePolicies, managedPolicyArns } }) => [
      name,
      [
        ...inlinePolicies.map(({ policy }) => policy),
        ...managedPolicyArns.map((arn) => managedPolicy(arn, resources)),
      ].flatMap(statementsOf),
    ]),
  );
}

/** @throws Error for a policy that is not the program's: its content is not known here */
function managedPolicy(arn: string, resources: readonly CreatedResource[]): string {
  const found = resources.find(({ type, state }) => type === "aws:iam/policy:Policy" && state.arn === arn);
  if (!found) throw new Error(`judging a role: the program has no managed policy ${arn}`);
  return String(found.inputs.policy);
}

/** What the policies of buckets deny; they allow nothing that an identity's own policy does not. */
function bucketPoliciesOf(resources: readonly CreatedResource[]): Statement[] {
  return resources
    .filter(({ type }) => type === "aws:s3/bucketPolicy:BucketPolicy")
    .flatMap(({ inputs }) => statementsOf(String(inputs.policy)));
}

/** A request to S3 as the policy of the bucket sees it. The local stack has no TLS, deployed callers have. */
function byRole(request: Request, role: string, { partition, accountId }: Place): Request {
  const id = `arn:${partition}:iam::${accountId}:role/${role}`;
  const context = { ...request.context, "aws:principalarn": [id], "aws:securetransport": ["true"] };
  return { ...request, context, principal: { type: "AWS", id } };
}

/** The account that contains the resources of a deployed program. */
export function accountOf(place: Place, resources: readonly CreatedResource[]): Account {
  const profiles = resources
    .filter(({ type }) => type === "aws:iam/instanceProfile:InstanceProfile")
    .map(({ inputs }) => Profile.parse(inputs));
  const topics = resources.filter(({ type }) => type === "aws:sns/topic:Topic").map(({ state }) => Topic.parse(state));
  return {
    ...place,
    roleOfProfile(name) {
      const role = profiles.find((profile) => profile.name === name)?.role ?? name;
      return `arn:${place.partition}:iam::${place.accountId}:role/${role}`;
    },
    keyOfTopic(arn) {
      const key = topics.find((topic) => topic.arn === arn)?.kmsMasterKeyId;
      return key && `arn:${place.partition}:kms:${place.region}:${place.accountId}:key/${key}`;
    },
  };
}

/**
 * Judges action, resource and conditions of every call that has a role, whether it succeeded or not. Calls without a
 * role are the stack's own. Calls in other accounts are judged by their spokes' policies.
 * @param home where the program is deployed
 * @throws Error for a call that the judge does not support
 */
export function reviewCalls(
  calls: readonly RecordedCall[],
  resources: readonly CreatedResource[],
  home: Place,
  spokes: readonly Spoke[] = [],
): Review {
  const roles = judgedRoles(resources, home, spokes);
  const ofBuckets = bucketPoliciesOf(resources);
  const account = accountOf(home, resources);
  const used = new Map<Statement, Set<string>>();
  const actions = new Set<string>();
  const denied = new Set<string>();
  const judged = calls.flatMap((call) => (call.role === null ? [] : { ...call, role: call.role }));
  for (const { role, ...call } of judged) {
    const where = call.account ?? home.accountId;
    const statements = roles.find(({ name, accountId }) => name === role && accountId === where)?.statements;
    const called = `${call.service}:${call.operation}`;
    if (!statements) {
      denied.add(`a role that the deployment did not create, ${role}, called ${called}`);
      continue;
    }
    for (const request of requestsThere(call, account)) {
      actions.add(`${role} ${request.action}`);
      const caller = byRole(request, role, { ...home, accountId: where });
      const verdict = request.action.startsWith("s3:")
        ? judge([...statements, ...ofBuckets], caller)
        : judge(statements, request);
      const untrusted = request.action === "sts:AssumeRole" ? whyNotTrusted(caller, resources, spokes) : undefined;
      if (!verdict.allowed) denied.add(`role ${role} called ${called}: ${verdict.why}`);
      else if (untrusted) denied.add(`role ${role} called ${called}: ${untrusted}`);
      else used.set(verdict.by, (used.get(verdict.by) ?? new Set()).add(request.action.toLowerCase()));
    }
  }
  const grants = roles.flatMap(({ logicalName, statements }) =>
    statements
      .filter(({ effect }) => effect === "Allow")
      .flatMap((statement) =>
        statement.actions.map((action) => ({
          grant: { role: logicalName, action, resources: named(statement.resources, resources) },
          isUsed: used.get(statement)?.has(action.toLowerCase()) ?? false,
        })),
      ),
  );
  return {
    calls: judged.length,
    actions: actions.size,
    statements: roles.flatMap(({ statements }) => statements).length,
    denied: [...denied],
    used: grants.filter(({ isUsed }) => isUsed).map(({ grant }) => grant),
    unused: grants.filter(({ isUsed }) => !isUsed).map(({ grant }) => grant),
  };
}

/** The roles of the program and those of its spokes, with the statements of their policies. */
function judgedRoles(resources: readonly CreatedResource[], { accountId }: Place, spokes: readonly Spoke[]) {
  const policies = policiesOf(resources);
  return [
    ...rolesOf(resources).map(({ logicalName, role: { name } }) => ({
      logicalName,
      name,
      accountId,
      statements: policies.get(name) ?? [],
    })),
    ...spokes.map((spoke) => ({
      logicalName: spokeName,
      name: spoke.roleName,
      accountId: spoke.accountId,
      statements: statementsOfSpoke(spoke),
    })),
  ];
}

function rolesOf(resources: readonly CreatedResource[]) {
  return resources
    .filter(({ type }) => type === "aws:iam/role:Role")
    .map(({ name, inputs }) => ({ logicalName: name, role: Role.parse(inputs) }));
}

/** `ArtifactsBucket/source/*` for a resource of the program. For other ARNs, the part after the account ID. */
function named(arns: readonly string[], resources: readonly CreatedResource[]): string[] {
  const known = resources.flatMap(({ name, state }) => (typeof state.arn === "string" ? { name, arn: state.arn } : []));
  return arns.map((one) => {
    const found = known.find(({ arn }) => one === arn || one.startsWith(`${arn}/`) || one.startsWith(`${arn}:`));
    return found ? `${found.name}${one.slice(found.arn.length)}` : one.split(":").slice(5).join(":") || one;
  });
}
