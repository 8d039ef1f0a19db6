import type { ConfigurationInput } from "../../../functions/config/configuration.ts";
import type { Place } from "../../../local/policies/arns.ts";
import { requestsOf } from "../../../local/policies/requests.ts";
import { accountOf, policiesOf } from "../../../local/policies/review.ts";
import { judge, type Verdict } from "../../../local/policies/verdict.ts";
import { type Graph, graphOf } from "../graph.ts";
import { type Ask, subnet, volumeKey } from "./asks.ts";

/** The deployments that are asked, in one place. */
export interface Deployments {
  place: Place;
  usual: Graph;
  everything: Graph;
  inVpc: Graph;
}

const variants = [{ windows: 2022 as const, kubernetes: "1.35" }];

export async function deploymentsIn(place: Place): Promise<Deployments> {
  const deployed = ({ variants, policies }: ConfigurationInput) => {
    const configuration = { variants, policies: { functionUrl: place.partition === "aws", ...policies } };
    return graphOf(JSON.parse(there(JSON.stringify(configuration), place)), "production", place);
  };
  const [usual, everything, inVpc] = await Promise.all([
    deployed({ variants }),
    deployed({
      variants: [...variants, { name: "assembled", windows: 2022, kubernetes: "1.35", base: "Base" }],
      policies: { retention: { deregister: true }, kubernetesSource: "eks", volumeKeyArn: volumeKey },
    }),
    deployed({
      variants,
      policies: { network: { kind: "vpc", vpcId: "vpc-0123456789abcdef0", subnetIds: [subnet] } },
    }),
  ]);
  return { place, usual, everything, inVpc };
}

/** What the deployed policies say to everything that is asked for. */
export function verdictsOn({ as, where = "usual", ...asked }: Ask, deployments: Deployments): Verdict[] {
  const { place, [where]: graph } = deployments;
  const json = withNames(there(JSON.stringify(asked), place), graph);
  const resolved: typeof asked = JSON.parse(json);
  const requests = "action" in resolved ? [resolved] : requestsOf(resolved, accountOf(place, graph.resources));
  const statements = policiesOf(graph.resources).get(String(graph.named(as).inputs.name)) ?? [];
  return requests.map((request) => judge(statements, request));
}

/** Everything is written as for us-east-1. */
function there(json: string, { partition, region }: Place): string {
  const suffix = partition === "aws-cn" ? "amazonaws.com.cn" : "amazonaws.com";
  return json
    .replaceAll("us-east-1.amazonaws.com", `${region}.${suffix}`)
    .replaceAll("us-east-1", region)
    .replaceAll("arn:aws:", `arn:${partition}:`);
}

/** `<Name>` is what calls name a resource by: of some their name or URL, of others their ARN; `<Name.name>` its name, `<Name.id>` its ID. */
function withNames(json: string, { named }: Graph): string {
  return json.replace(/<(\w+)(?:\.(name|id))?>/g, (_, resource, only) => {
    const { type, id, inputs, state } = named(resource);
    if (only) return String(only === "id" ? id : inputs.name);
    return String(inputs.bucket ?? (type.includes("sqs/queue") ? state.url : state.arn));
  });
}
