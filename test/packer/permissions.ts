import type { Emulator, RecordedCall } from "../../local/aws/emulator.ts";
import { requestsOf } from "../../local/policies/requests.ts";
import { accountOf, policiesOf } from "../../local/policies/review.ts";
import { judge } from "../../local/policies/verdict.ts";
import { type Graph, graphOf } from "../infra/graph.ts";
import { bucket } from "./codebuild.ts";

/** Evaluates a deployment outside a VPC, where Packer creates its security groups. Rehearsals run inside a VPC. */
export function deployedOutsideVpc(): Promise<Graph> {
  return graphOf({ variants: [{ windows: 2022, kubernetes: "1.35", base: "Base" }] }, "production");
}

/** Judges the calls of all builds so far by the policies of the build role in a deployment. */
export async function judgeBuilds(
  { region, accountId, calls }: Emulator,
  graph: Graph,
): Promise<{ denied: string[]; needed: string[] }> {
  const account = accountOf({ partition: "aws", region, accountId }, graph.resources);
  const statements = policiesOf(graph.resources).get(String(graph.named("BuildRole").inputs.name)) ?? [];
  const made = withoutRepetitions((await calls()).filter(({ role }) => role?.startsWith("build-")));
  const verdicts = made.flatMap((call) =>
    requestsOf(asDeployed(call, graph), account).map((request) => ({
      request,
      verdict: judge(statements, request),
    })),
  );
  return {
    denied: verdicts.flatMap(({ verdict }) => (verdict.allowed ? [] : verdict.why)),
    needed: [...new Set(verdicts.map(({ request }) => request.action))],
  };
}

/**
 * Packer may delete its key pair twice when it is interrupted. EC2 refuses the second call, because a deleted key pair
 * has no tag; Packer only logs this.
 */
function withoutRepetitions(calls: RecordedCall[]): RecordedCall[] {
  const deleted = new Set<unknown>();
  return calls.filter(({ operation, parameters: { KeyName } }) => {
    if (operation !== "DeleteKeyPair") return true;
    const isRepeated = deleted.has(KeyName);
    deleted.add(KeyName);
    return !isRepeated;
  });
}

/** Replaces the names of the workshop's bucket and profiles with the deployed ones. */
function asDeployed(call: RecordedCall, { named }: Graph): RecordedCall {
  const names: Record<string, unknown> = {
    [bucket]: named("ArtifactsBucket").inputs.bucket,
    guest: named("GuestProfile").inputs.name,
    harvest: named("HarvestProfile").inputs.name,
  };
  const renamed = ["Bucket", "InstanceProfileName", "Name"];
  const parameters = JSON.parse(JSON.stringify(call.parameters), (key, value) =>
    renamed.includes(key) && typeof value === "string" ? (names[value] ?? value) : value,
  );
  return { ...call, parameters };
}
