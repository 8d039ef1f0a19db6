import { policyDocument, type Statement } from "./account.ts";
import { namedInAccount } from "./names.ts";

/**
 * Managed policies, for what does not fit into a role's inline policies: these have 10,240 characters together, each
 * managed policy 6,144, and a role has at most 10 of them (IAM quotas).
 * @param lists the statements of each policy; those without an action or a resource are left out
 * @returns the policies' ARNs
 */
export function managedPolicies(name: string, noun: string, lists: $util.Input<Statement[]>[]): $util.Output<string>[] {
  return lists.map((statements, index) => {
    const policy = new aws.iam.Policy(`${name}${index + 1}`, {
      name: namedInAccount(`${noun}-${index + 1}`),
      policy: policyDocument($output(statements).apply((known) => known.filter(grants))),
    });
    return policy.arn;
  });
}

/** IAM accepts no other statements. */
function grants({ actions = [], resources = [] }: { actions?: string[]; resources?: string[] }): boolean {
  return actions.length > 0 && resources.length > 0;
}
