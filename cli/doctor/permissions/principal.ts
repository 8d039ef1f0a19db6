import { GetRoleCommand, type IAMClient } from "@aws-sdk/client-iam";
import { isDenied } from "../failed-checks.ts";
import type { Identity } from "../site.ts";

/** Whose policies IAM can simulate for a caller. */
export type Principal =
  | { kind: "user" | "role"; arn: string }
  /** `sts:GetCallerIdentity` names a role without its path, so the role's own ARN has to be asked for. */
  | { kind: "assumed"; role: string; guess: string }
  | { kind: "root" | "other"; arn: string };

export function principalOf({ arn, account, partition }: Identity): Principal {
  const [, , service, , , resource = ""] = arn.split(":");
  if (service === "iam" && resource === "root") return { kind: "root", arn };
  if (service === "iam" && resource.startsWith("user/")) return { kind: "user", arn };
  const [, role] = /^assumed-role\/([^/]+)\//.exec(resource) ?? [];
  if (service === "sts" && role)
    return { kind: "assumed", role, guess: `arn:${partition}:iam::${account}:role/${role}` };
  return { kind: "other", arn };
}

/**
 * The ARN whose policies IAM simulates; undefined for who has none of their own: the root user and federated users.
 */
export async function policySource(iam: Pick<IAMClient, "send">, principal: Principal): Promise<string | undefined> {
  if (principal.kind === "root" || principal.kind === "other") return undefined;
  if (principal.kind !== "assumed") return principal.arn;
  try {
    const { Role } = await iam.send(new GetRoleCommand({ RoleName: principal.role }));
    return Role?.Arn ?? principal.guess;
  } catch (error) {
    // A role without a path has the ARN that its name suggests.
    if (isDenied(error as Error)) return principal.guess;
    throw error;
  }
}
