import { z } from "zod";

const Statement = z.strictObject({
  sid: z.string().optional(),
  effect: z.enum(["Allow", "Deny"]).default("Allow"),
  actions: z.array(z.string()),
  resources: z.array(z.string()).optional(),
  principals: z.array(z.strictObject({ type: z.string(), identifiers: z.array(z.string()) })).optional(),
  conditions: z
    .array(z.strictObject({ test: z.string(), variable: z.string(), values: z.array(z.string()) }))
    .default([]),
});

const PolicyDocument = z.strictObject({ statements: z.array(Statement).optional() });

/** The field `json` of the data source `getPolicyDocument`: its inputs in IAM's format. */
export function policyJson(inputs: Record<string, unknown>): string {
  const { statements = [] } = PolicyDocument.parse(inputs);
  return JSON.stringify({ Version: "2012-10-17", Statement: statements.map(inIamFormat) });
}

function inIamFormat({ sid, effect, actions, resources, principals, conditions }: z.infer<typeof Statement>) {
  return {
    Sid: sid,
    Effect: effect,
    Principal: principals && principalOf(principals),
    Action: oneOrMore(actions),
    Resource: resources && oneOrMore(resources),
    Condition: conditions.length ? conditionOf(conditions) : undefined,
  };
}

function principalOf(principals: { type: string; identifiers: string[] }[]) {
  if (principals.some(({ type }) => type === "*")) return "*";
  return Object.fromEntries(principals.map(({ type, identifiers }) => [type, oneOrMore(identifiers)]));
}

function conditionOf(conditions: { test: string; variable: string; values: string[] }[]) {
  const tests = Map.groupBy(conditions, ({ test }) => test);
  return Object.fromEntries(
    [...tests].map(([test, ofIt]) => [
      test,
      Object.fromEntries(ofIt.map(({ variable, values }) => [variable, oneOrMore(values)])),
    ]),
  );
}

function oneOrMore(values: string[]): string | string[] {
  return values.length === 1 ? (values[0] as string) : values;
}
