import type { CreatedResource } from "../deploy/cloud.ts";
import { matches } from "./conditions.ts";
import type { Statement } from "./policy.ts";
import type { Request } from "./verdict.ts";

/** What one statement allows: one of its actions on whatever it names, or (`any`) whatever it allows on one of several resources. */
export interface Grant {
  /** By its name in the program. */
  role: string;
  action: string;
  /** As in the policy, what belongs to the program by its name there. */
  resources: string[];
}

/** Keeps what of a policy's statements was needed. */
export function keepUses() {
  const uses = new Map<Statement, Request[]>();
  const usesOf = (statement: Statement) => uses.get(statement) ?? [];

  function add(statement: Statement, request: Request): void {
    uses.set(statement, [...usesOf(statement), request]);
  }

  /** Each grant of a statement that allows, and whether it was needed. Of one that was not needed at all its actions tell everything. */
  function grantsOf(statement: Statement, role: string, resources: readonly CreatedResource[]) {
    const own = usesOf(statement);
    const byAction = statement.actions.map((action) => ({
      grant: { role, action, resources: named(statement.resources, resources) },
      isUsed: own.some((use) => matches(action, use.action, "i")),
    }));
    if (own.length === 0 || statement.resources.length === 1) return byAction;
    const byResource = statement.resources.map((pattern) => ({
      grant: { role, action: "any", resources: named([pattern], resources) },
      isUsed: own.some((use) => matches(pattern, use.resource)),
    }));
    return [...byAction, ...byResource];
  }

  return { add, grantsOf };
}

/** `ArtifactsBucket/source/*` for what has a name in the program; of other ARNs what stands behind the account. */
function named(arns: readonly string[], resources: readonly CreatedResource[]): string[] {
  const known = resources.flatMap(({ name, state }) => (typeof state.arn === "string" ? { name, arn: state.arn } : []));
  return arns.map((one) => {
    const found = known.find(({ arn }) => one === arn || one.startsWith(`${arn}/`) || one.startsWith(`${arn}:`));
    return found ? `${found.name}${one.slice(found.arn.length)}` : one.split(":").slice(5).join(":") || one;
  });
}
