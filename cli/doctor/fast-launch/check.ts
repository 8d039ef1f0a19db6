import { GetRoleCommand } from "@aws-sdk/client-iam";
import { GetServiceQuotaCommand } from "@aws-sdk/client-service-quotas";
import type { Check } from "../check.ts";
import { lineOfError, NotDeployed } from "../failed-checks.ts";
import type { Line } from "../lines.ts";
import { simulate } from "../permissions/simulation.ts";
import type { Site } from "../site.ts";
import { findings } from "./findings.ts";
import { judgeFleets, judgeRole, judgeRoom, unknownRoom } from "./judge.ts";
import { seeFleet } from "./read-templates.ts";

/** `Parallel instance launches`, as Service Quotas lists it. */
const parallelLaunches = { ServiceCode: "ec2fastlaunch", QuotaCode: "L-DC79B53E" };

const serviceName = "ec2fastlaunch.amazonaws.com";
const roleName = "AWSServiceRoleForEC2FastLaunch";

export const fastLaunchCheck: Check = {
  name: "fast launch",
  about: "Who can use EC2 Fast Launch, with `policies.fastLaunch` only",
  findings,
  concerns: ({ policies }) => policies.fastLaunch !== undefined,
  onLocalStack: false,
  async run(site) {
    const lines = await Promise.all([fleetLines(site), orFailure(roleLine(site)), roomLine(site)]);
    return lines.flat();
  },
};

async function fleetLines({ configuration, clients }: Site): Promise<Line[]> {
  const { policies, variants, fleets } = configuration;
  const channels = policies.fastLaunch?.channels ?? [];
  const concerned = fleets.filter(({ channel }) => channels.includes(channel));
  const seen = await Promise.all(concerned.map((fleet) => seeFleet(clients, fleet)));
  return judgeFleets(
    seen,
    variants.map(({ name }) => name),
    channels,
  );
}

/** EC2 creates the service-linked role for whom enables Fast Launch first: for a role of the deployment. */
async function roleLine(site: Site): Promise<Line> {
  const { iam } = site.clients;
  const isThere = await iam.send(new GetRoleCommand({ RoleName: roleName })).then(
    () => true,
    (error: Error) => {
      if (error.name.startsWith("NoSuchEntity")) return false;
      throw error;
    },
  );
  if (isThere) return judgeRole(undefined);
  const { FAST_LAUNCH_ROLE: role } = await site.environmentOf("reconcile");
  if (!role) throw new NotDeployed("policies.fastLaunch is not deployed yet");
  const { account, partition } = await site.identity();
  const creating = {
    actions: ["iam:CreateServiceLinkedRole"],
    resource: `arn:${partition}:iam::${account}:role/aws-service-role/${serviceName}/${roleName}`,
    context: { "iam:AWSServiceName": serviceName },
  };
  return judgeRole(await simulate(iam, role, [creating]));
}

async function roomLine({ configuration: { policies, variants }, clients: { quotas } }: Site): Promise<Line[]> {
  const { fastLaunch } = policies;
  if (!fastLaunch) return [];
  try {
    const { Quota } = await quotas.send(new GetServiceQuotaCommand(parallelLaunches));
    if (Quota?.Value === undefined) return [unknownRoom("Service Quotas has no value of this account's")];
    return [judgeRoom(Quota.Value, fastLaunch, variants.length * fastLaunch.channels.length)];
  } catch (error) {
    const failed = lineOfError(error as Error, false);
    return [failed.finding === "denied" ? failed : unknownRoom(failed.text)];
  }
}

async function orFailure(reading: Promise<Line>): Promise<Line> {
  return reading.catch((error: Error) => lineOfError(error, false));
}
