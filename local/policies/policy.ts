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
    /** ARNs with wildcards. A trust policy has none: it is about its own role. */
    resources: Resource ?? ["*"],
    /** Operator → context key → values. */
    conditions: Condition,
  }));

/** One statement of an IAM policy. Single values are lists too. */
export type Statement = z.infer<typeof Statement>;

const Policy = z.object({
  Statement: z.union([z.array(Statement), Statement.transform((statement) => [statement])]),
});

/**
 * The statements of a policy.
 * @throws Error for an element that the judge does not support, such as NotAction: ignoring it could allow too much
 */
export function statementsOf(json: string): Statement[] {
  return Policy.parse(JSON.parse(json)).Statement;
}
