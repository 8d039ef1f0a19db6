import { z } from "zod";
import type { RecordedCall } from "../aws/emulator.ts";
import type { CreatedResource } from "../deploy/program.ts";
import { type Statement, statementsOf } from "./policy.ts";
import { type Account, requestsOf } from "./requests.ts";
import { judge } from "./verdict.ts";

/** What came of holding recorded calls against the deployed policies of the roles that made them. */
export interface Review {
  calls: number;
  /** Distinct pairs of role and action. */
  actions: number;
  /** What was called and is not allowed, each once, in the order of the calls. */
  denied: string[];
  /** Statements that no call needed, as `role: sid`. */
  unused: string[];
  statements: number;
}

const Role = z.object({
  name: z.string(),
  inlinePolicies: z.array(z.object({ policy: z.string() })).default([]),
  // What a managed policy allows is written nowhere here.
  managedPolicyArns: z.array(z.never("no managed policy")).default([]),
});

const Profile = z.object({ name: z.string(), role: z.string() });

/** The statements of each role's policies, by the role's name. */
export function policiesOf(resources: readonly CreatedResource[]): Map<string, Statement[]> {
  const roles = resources.filter(({ type }) => type === "aws:iam/role:Role").map(({ inputs }) => Role.parse(inputs));
  return new Map(
    roles.map(({ name, inlinePolicies }) => [name, inlinePolicies.flatMap(({ policy }) => statementsOf(policy))]),
  );
}

/** An account as the deployed program has it. */
export function accountOf(place: Omit<Account, "roleOfProfile">, resources: readonly CreatedResource[]): Account {
  const profiles = resources
    .filter(({ type }) => type === "aws:iam/instanceProfile:InstanceProfile")
    .map(({ inputs }) => Profile.parse(inputs));
  return {
    ...place,
    roleOfProfile(name) {
      const role = profiles.find((profile) => profile.name === name)?.role;
      if (!role) throw new Error(`judging a call: the program has no instance profile ${name}`);
      return `arn:${place.partition}:iam::${place.accountId}:role/${role}`;
    },
  };
}

/**
 * Judges every call with a role, action, resource and conditions alike, successful or not. Calls without a role are the stack's own.
 * @throws Error for a call that the judge does not know
 */
export function reviewCalls(
  calls: readonly RecordedCall[],
  resources: readonly CreatedResource[],
  place: Omit<Account, "roleOfProfile">,
): Review {
  const policies = policiesOf(resources);
  const account = accountOf(place, resources);
  const used = new Set<Statement>();
  const actions = new Set<string>();
  const denied = new Set<string>();
  const judged = calls.filter(({ role }) => role !== null);
  for (const call of judged) {
    const role = call.role as string;
    const statements = policies.get(role);
    const called = `${call.service}:${call.operation}`;
    if (!statements) {
      denied.add(`a role that the deployment did not create, ${role}, called ${called}`);
      continue;
    }
    for (const request of requestsOf(call, account)) {
      actions.add(`${role} ${request.action}`);
      const verdict = judge(statements, request);
      if (verdict.by) used.add(verdict.by);
      if (!verdict.allowed) denied.add(`role ${role} called ${called}: ${verdict.why}`);
    }
  }
  const all = [...policies].flatMap(([role, statements]) => statements.map((statement) => ({ role, statement })));
  return {
    calls: judged.length,
    actions: actions.size,
    denied: [...denied],
    unused: all
      .filter(({ statement }) => !used.has(statement))
      .map(
        ({ role, statement }) => `${role}: ${statement.sid ?? `${statement.effect} ${statement.actions.join(", ")}`}`,
      ),
    statements: all.length,
  };
}
