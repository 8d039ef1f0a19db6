import { fileURLToPath } from "node:url";
import { z } from "zod";
import { evaluate, type Parameters } from "../cloudformation/evaluate.ts";
import { readTemplate, type Template } from "../cloudformation/template.ts";
import { type Statement, statementsOf } from "./policy.ts";

const file = fileURLToPath(new URL("../../examples/places/spoke.cfn.yaml", import.meta.url));

/** The name of the spoke's role in grants, beside the names that roles have in the program. */
export const spokeName = "SpokeRole";

/** The role of another account that the stack of examples/places/spoke.cfn.yaml makes. */
export interface Spoke {
  accountId: string;
  roleName: string;
  roleArn: string;
  /** Who may assume it, as JSON. */
  trust: string;
  /** Its policies, each as JSON. */
  policies: string[];
}

const Role = z.object({
  RoleName: z.string(),
  AssumeRolePolicyDocument: z.unknown(),
  Policies: z.array(z.object({ PolicyDocument: z.unknown() })),
});
const Managed = z.object({ Roles: z.tuple([z.literal("Role")]), PolicyDocument: z.unknown() });

/**
 * The spoke of an account, with these values of the template's parameters.
 * @throws Error if the template does not accept them
 */
export function spokeOf(accountId: string, parameters: Parameters): Spoke {
  const { Role: role, ...others } = evaluate(readTemplate(file) as Template, parameters, {
    "AWS::AccountId": accountId,
    "AWS::Partition": "aws",
  });
  const { RoleName, AssumeRolePolicyDocument, Policies } = Role.parse(role?.properties);
  const managed = Object.values(others).map(({ properties }) => Managed.parse(properties));
  return {
    accountId,
    roleName: RoleName,
    roleArn: `arn:aws:iam::${accountId}:role/${RoleName}`,
    trust: JSON.stringify(AssumeRolePolicyDocument),
    policies: [...Policies, ...managed].map(({ PolicyDocument }) => JSON.stringify(PolicyDocument)),
  };
}

export function statementsOfSpoke({ policies }: Spoke): Statement[] {
  return policies.flatMap(statementsOf);
}
