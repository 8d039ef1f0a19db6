import type { Check } from "../check.ts";
import { lineOfError, NotDeployed } from "../failed-checks.ts";
import type { Line } from "../lines.ts";
import type { Site } from "../site.ts";
import { deployingRequests, type Place, typesOf } from "./deploying.ts";
import { findings, judgeCaller, judgeRole, missingRole, namedCaller, notCovered } from "./judge.ts";
import { policySource, principalOf } from "./principal.ts";
import { callingRequests, type DeployedRole, deployedRoles } from "./roles.ts";
import { simulate } from "./simulation.ts";

export const permissionsCheck: Check = {
  name: "permissions",
  about: "What IAM would allow you and the deployed roles (iam:SimulatePrincipalPolicy)",
  findings,
  onLocalStack: false,
  async run(site) {
    const identity = await site.identity();
    const source = await policySource(site.clients.iam, principalOf(identity));
    const { account, partition } = identity;
    const place = { stage: site.stage, region: await site.region(), account, partition };
    const { isDeployed, lines } = await roleLines(site, place);
    const own = source === undefined ? [] : await callerLines(site, source, place, isDeployed);
    return [...own, ...lines, ...notCovered(source !== undefined)];
  },
};

async function callerLines(
  { configuration, clients: { iam } }: Site,
  source: string,
  place: Place,
  isDeployed: boolean,
): Promise<Line[]> {
  const { policies, subscribers, operators, callers, fleets, places } = configuration;
  const types = typesOf(policies, {
    subscribers: subscribers.length + operators.length > 0,
    callers: callers.length > 0,
    fleets: fleets.length > 0,
    places: places.length > 0,
  });
  const [deploying, calling] = await Promise.all([
    simulate(iam, source, deployingRequests(types, place)),
    simulate(iam, source, callingRequests(place, policies.functionUrl)),
  ]);
  // The function's own policy allows these, and a simulation does not see it.
  const isNamed = callers.includes(source);
  return [
    judgeCaller("deploy", deploying, isDeployed),
    isNamed ? namedCaller(source) : judgeCaller("call", calling, isDeployed),
  ];
}

/** The stage counts as deployed unless Lambda says that it is not: who may not ask gets no ✗ for it. */
async function roleLines(site: Site, place: Place): Promise<{ isDeployed: boolean; lines: Line[] }> {
  try {
    const environment = await site.environmentOf("reconcile");
    const { variants, policies } = site.configuration;
    const [variant] = variants;
    const configured = { variant: variant?.name ?? "", volumeKeyArn: policies.volumeKeyArn };
    const roles = deployedRoles(place, environment, configured);
    return { isDeployed: true, lines: await Promise.all(roles.map((role) => roleLine(site, role))) };
  } catch (error) {
    if (error instanceof NotDeployed || (error as Error).name.startsWith("AccessDenied"))
      return { isDeployed: !(error instanceof NotDeployed), lines: [lineOfError(error as Error, false)] };
    throw error;
  }
}

async function roleLine({ clients: { iam } }: Site, { noun, arn, requests }: DeployedRole): Promise<Line> {
  try {
    return judgeRole(noun, await simulate(iam, arn, requests));
  } catch (error) {
    if ((error as Error).name.startsWith("NoSuchEntity")) return missingRole(arn);
    throw error;
  }
}
