import type { Place } from "../../../local/deploy/look-ups.ts";
import { requestsOf } from "../../../local/policies/requests.ts";
import { accountOf, policiesOf } from "../../../local/policies/review.ts";
import { judge, type Verdict } from "../../../local/policies/verdict.ts";
import { everything, inVpc, usual, withFastLaunch, withFleets } from "../deployments.ts";
import type { Graph } from "../graph.ts";
import type { Ask } from "./asks.ts";

/** The deployments of one place, by the names in {@link Ask}. */
export interface Deployments {
  place: Place;
  usual: Graph;
  everything: Graph;
  inVpc: Graph;
  withFleets: Graph;
  withFastLaunch: Graph;
}

export async function deploymentsIn(place: Place): Promise<Deployments> {
  const graphs = [usual, everything, inVpc, withFleets, withFastLaunch].map((deployment) => deployment(place));
  const [one, two, three, four, five] = (await Promise.all(graphs)) as [Graph, Graph, Graph, Graph, Graph];
  return { place, usual: one, everything: two, inVpc: three, withFleets: four, withFastLaunch: five };
}

/** The verdicts of the deployed policies on all requests of an ask. */
export function verdictsOn({ as, where = "usual", ...asked }: Ask, deployments: Deployments): Verdict[] {
  const { place, [where]: graph } = deployments;
  const json = withNames(there(JSON.stringify(asked), place), graph);
  const resolved: typeof asked = JSON.parse(json);
  const requests = "action" in resolved ? [resolved] : requestsOf(resolved, accountOf(place, graph.resources));
  const statements = policiesOf(graph.resources).get(String(graph.named(as).inputs.name)) ?? [];
  return requests.map((request) => judge(statements, request));
}

/** Translates names of us-east-1, in which asks are written, to another place. */
function there(json: string, { partition, region }: Place): string {
  const suffix = partition === "aws-cn" ? "amazonaws.com.cn" : "amazonaws.com";
  return json
    .replaceAll("us-east-1.amazonaws.com", `${region}.${suffix}`)
    .replaceAll("us-east-1", region)
    .replaceAll("arn:aws:", `arn:${partition}:`);
}

/**
 * Replaces `<Name>` by what calls use for the resource of this name: the name of a bucket, the URL of a queue,
 * otherwise the ARN. Replaces `<Name.name>` by its name and `<Name.id>` by its ID.
 */
function withNames(json: string, { named }: Graph): string {
  return json.replace(/<(\w+)(?:\.(name|id))?>/g, (_, resource, only) => {
    const { type, id, inputs, state } = named(resource);
    if (only) return String(only === "id" ? id : inputs.name);
    return String(inputs.bucket ?? (type.includes("sqs/queue") ? state.url : state.arn));
  });
}
