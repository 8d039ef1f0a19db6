import { z } from "zod";

const Values = z.union([z.string(), z.array(z.string())]).transform((value) => [value].flat());

const Statement = z
  .strictObject({
    Sid: z.string().optional(),
    Effect: z.enum(["Allow", "Deny"]),
    Principal: z.union([z.literal("*"), z.record(z.string(), Values)]).optional(),
    Action: Values,
    Resource: Values.optional(),
    Condition: z.record(z.string(), z.record(z.string(), Values)).default({}),
  })
  .transform(({ Sid, Effect, Principal, Action, Resource, Condition }) => ({
    sid: Sid,
    effect: Effect,
    principal: Principal,
    actions: Action,
    /** As ARNs with wildcards; none in a trust policy, where the role itself is meant. */
    resources: Resource ?? ["*"],
    /** Operator → context key → values. */
    conditions: Condition,
  }));

/** One statement of a policy of IAM's, its lists always lists. */
export type Statement = z.infer<typeof Statement>;

const Policy = z.object({
  Statement: z.union([z.array(Statement), Statement.transform((statement) => [statement])]),
});

/**
 * The statements of a policy.
 * @throws Error on anything that the judge does not know, such as NotAction: what is not understood must not pass
 */
export function statementsOf(json: string): Statement[] {
  return Policy.parse(JSON.parse(json)).Statement;
}
