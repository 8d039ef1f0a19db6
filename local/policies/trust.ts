import { z } from "zod";
import type { CreatedResource } from "../deploy/cloud.ts";
import { statementsOf } from "./policy.ts";
import type { Spoke } from "./spoke.ts";
import { judge, type Request } from "./verdict.ts";

const Trusting = z.object({ assumeRolePolicy: z.string() });

/** Why the role that a request wants to assume does not trust its caller; undefined if it does. */
export function whyNotTrusted(
  request: Request,
  resources: readonly CreatedResource[],
  spokes: readonly Spoke[],
): string | undefined {
  const trust = trustOf(request.resource, resources, spokes);
  if (trust === undefined) return `${request.resource} is no role of the deployment`;
  const verdict = judge(statementsOf(trust), request);
  return verdict.allowed ? undefined : `${request.resource} does not trust it: ${verdict.why}`;
}

function trustOf(arn: string, resources: readonly CreatedResource[], spokes: readonly Spoke[]): string | undefined {
  const own = resources.find(({ type, state }) => type === "aws:iam/role:Role" && state.arn === arn);
  return own ? Trusting.parse(own.inputs).assumeRolePolicy : spokes.find(({ roleArn }) => roleArn === arn)?.trust;
}
