import { z } from "zod";
import type { RecordedCall } from "../aws/emulator.ts";
import type { Deployment } from "./deployment.ts";
import { actionsOf } from "./iam-actions.ts";
import type { CreatedResource } from "./program.ts";

const Role = z.object({
  name: z.string(),
  inlinePolicies: z.array(z.object({ policy: z.string() })).default([]),
  // What a managed policy allows is written nowhere here.
  managedPolicyArns: z.array(z.never("no managed policy")).default([]),
});

const Statement = z.strictObject({
  Sid: z.string().optional(),
  Effect: z.enum(["Allow", "Deny"]),
  Action: z.union([z.string(), z.array(z.string())]),
  Resource: z.unknown(),
  Condition: z.unknown().optional(),
});

const Policy = z.object({ Statement: z.array(Statement) });

/** What each role's own policies allow, as patterns of actions such as `s3:Get*`, by the role's name. */
export function allowedActions(resources: readonly CreatedResource[]): Map<string, string[]> {
  const roles = resources.filter(({ type }) => type === "aws:iam/role:Role").map(({ inputs }) => Role.parse(inputs));
  return new Map(
    roles.map(({ name, inlinePolicies }) => [
      name,
      inlinePolicies
        .flatMap(({ policy }) => Policy.parse(JSON.parse(policy)).Statement)
        .filter(({ Effect }) => Effect === "Allow")
        .flatMap(({ Action }) => Action),
    ]),
  );
}

/**
 * What roles called although no statement of their policies allows it, each once, in the order of the calls. The emulator lets every call
 * pass, so this is where a forgotten permission shows. It compares actions; resources and conditions it does not look at. Calls without a
 * role are the stack's own, and CodeBuild's calls go to the agent and are recorded nowhere.
 */
export function unpermittedCalls(
  calls: readonly RecordedCall[],
  { resources }: Pick<Deployment, "resources">,
): string[] {
  const allowed = allowedActions(resources);
  const complaints = calls.flatMap((call) => {
    const { role } = call;
    if (role === null) return [];
    const patterns = allowed.get(role);
    if (!patterns)
      return [`a role that the deployment did not create, ${role}, called ${call.service}:${call.operation}`];
    return actionsOf(call)
      .filter((action) => !patterns.some((pattern) => matches(pattern, action)))
      .map((action) => complaint(role, action, `${call.service}:${call.operation}`));
  });
  return [...new Set(complaints)];
}

function complaint(role: string, action: string, called: string): string {
  const needed = action === called ? "which" : `which needs ${action}, and that`;
  return `role ${role} called ${called}, ${needed} no statement of its policies allows`;
}

/** As IAM compares: `*` and `?` are wild, upper and lower case the same. */
function matches(pattern: string, action: string): boolean {
  const expression = pattern
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replaceAll("*", ".*")
    .replaceAll("?", ".");
  return new RegExp(`^${expression}$`, "i").test(action);
}
