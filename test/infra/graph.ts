import { once } from "node:events";
import { type IncomingMessage, request } from "node:http";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { inject } from "vitest";
import type { ConfigurationInput } from "../../functions/config/configuration.ts";
import type { AccountLimits } from "../../local/deploy/account-limits.ts";
import type { CreatedResource, Ran } from "../../local/deploy/cloud.ts";
import type { GraphRequest } from "../../local/deploy/graph.ts";
import type { Groups } from "../../local/deploy/group-look-ups.ts";
import type { Place } from "../../local/deploy/look-ups.ts";

export const root = fileURLToPath(new URL("../..", import.meta.url));

/** A policy statement in IAM's format. */
export interface Statement {
  Sid?: string;
  Effect: "Allow" | "Deny";
  Action: string | string[];
  Resource?: string | string[];
  Principal?: "*" | Record<string, string | string[]>;
  Condition?: Record<string, Record<string, string | string[]>>;
}

export interface Graph {
  app: Record<string, unknown>;
  resources: CreatedResource[];
  outputs: Record<string, unknown>;
  /** What the program writes to standard error, for the person who deploys it. */
  said: string;
  /** The only resource with this name. */
  named(name: string): CreatedResource;
  ofType(type: string): CreatedResource[];
}

/**
 * The graph of the real `sst.config.ts` with this configuration in place of `config.ts`. All test files share the
 * evaluated graphs (`graph-server.ts`).
 */
export async function graphOf(
  configuration: ConfigurationInput,
  stage: string,
  place?: Place,
  limits?: Partial<AccountLimits>,
  groups?: Groups,
): Promise<Graph> {
  // Unlike `fetch`, it waits for as long as the server needs.
  const asking = request(inject("graphServer"), { method: "POST" });
  asking.end(JSON.stringify({ configuration, stage, place, limits, groups } satisfies GraphRequest));
  const [answer] = (await once(asking, "response")) as [IncomingMessage];
  const body = await text(answer);
  if (answer.statusCode !== 200) throw new Error(body);
  return describe(JSON.parse(body));
}

export function statementsOf(policy: unknown): Statement[] {
  return (JSON.parse(String(policy)) as { Statement: Statement[] }).Statement;
}

/**
 * The statements of all policies of a role.
 * @param among the resources with its managed policies; without them only the inline ones count
 */
export function permissionsOf(role: CreatedResource, among: readonly CreatedResource[] = []): Statement[] {
  const policies = (role.inputs.inlinePolicies ?? []) as { policy: string }[];
  const arns = list(role.inputs.managedPolicyArns as string[] | undefined);
  const managed = among.filter(({ state }) => arns.includes(String(state.arn)));
  return [...policies, ...managed.map(({ inputs }) => inputs)].flatMap(({ policy }) => statementsOf(policy));
}

export function list<T>(oneOrMore: T | T[] | undefined): T[] {
  if (oneOrMore === undefined) return [];
  return Array.isArray(oneOrMore) ? oneOrMore : [oneOrMore];
}

function describe({ app, resources, outputs, said }: Ran): Graph {
  return {
    app,
    resources,
    outputs,
    said,
    named(name) {
      const found = resources.filter((resource) => resource.name === name);
      if (found.length !== 1 || !found[0]) throw new Error(`finding the resource ${name}: there are ${found.length}`);
      return found[0];
    },
    ofType: (type) => resources.filter((resource) => resource.type === type),
  };
}

/** The variables of a CodeBuild project, with `PACKER_DEPLOYMENT` parsed. */
export function variablesOf(environment: unknown): Record<string, unknown> {
  const { environmentVariables } = environment as { environmentVariables: { name: string; value: string }[] };
  const values = environmentVariables.map(({ name, value }) => [
    name,
    name === "PACKER_DEPLOYMENT" ? JSON.parse(value) : value,
  ]);
  return Object.fromEntries(values);
}
