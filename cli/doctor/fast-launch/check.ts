import { GetRoleCommand } from "@aws-sdk/client-iam";
import { type GrantListEntry, paginateListGrants } from "@aws-sdk/client-kms";
import { GetServiceQuotaCommand } from "@aws-sdk/client-service-quotas";
import type { Check } from "../check.ts";
import { lineOfError, NotDeployed } from "../failed-checks.ts";
import type { Line } from "../lines.ts";
import { serviceRole, serviceRoleArn, serviceRoleRequests } from "../permissions/fast-launch.ts";
import { simulate } from "../permissions/simulation.ts";
import type { Site } from "../site.ts";
import { findings } from "./findings.ts";
import { imagesAtOnce, judgeFleets, judgeKey, judgeRole, judgeRoom, unknownRoom } from "./judge.ts";
import { seeFleet } from "./read-templates.ts";

/** `Parallel instance launches`, as Service Quotas lists it. */
const parallelLaunches = { ServiceCode: "ec2fastlaunch", QuotaCode: "L-DC79B53E" };

export const fastLaunchCheck: Check = {
  name: "fast launch",
  about: "Who can use EC2 Fast Launch, with `policies.fastLaunch` only",
  findings,
  concerns: ({ policies }) => policies.fastLaunch !== undefined,
  onLocalStack: false,
  async run(site) {
    const hasRole = isThere(site);
    const lines = await Promise.all([
      fleetLines(site),
      orFailure(roleLine(site, hasRole)),
      keyLines(site, hasRole),
      roomLine(site),
    ]);
    return lines.flat();
  },
};

async function fleetLines({ configuration, clients }: Site): Promise<Line[]> {
  const { policies, variants, fleets } = configuration;
  const channels = policies.fastLaunch?.channels ?? [];
  // Of a fleet in a place, whoever runs doctor may see nothing.
  const concerned = fleets.filter(({ channel, place }) => place === undefined && channels.includes(channel));
  const seen = await Promise.all(concerned.map((fleet) => seeFleet(clients, fleet)));
  return judgeFleets(
    seen,
    variants.map(({ name }) => name),
    channels,
  );
}

/** Whether the service-linked role exists. */
async function isThere({ clients: { iam } }: Site): Promise<boolean> {
  return iam.send(new GetRoleCommand({ RoleName: serviceRole })).then(
    () => true,
    (error: Error) => {
      if (error.name.startsWith("NoSuchEntity")) return false;
      throw error;
    },
  );
}

/** EC2 creates the service-linked role for whom enables Fast Launch first: for a role of the deployment. */
async function roleLine(site: Site, hasRole: Promise<boolean>): Promise<Line> {
  if (await hasRole) return judgeRole(undefined);
  const { FAST_LAUNCH_ROLE: role } = await site.environmentOf("reconcile");
  if (!role) throw new NotDeployed("policies.fastLaunch is not deployed yet");
  return judgeRole(await simulate(site.clients.iam, role, serviceRoleRequests(await site.identity())));
}

async function keyLines(
  { configuration, clients: { kms }, identity }: Site,
  hasRole: Promise<boolean>,
): Promise<Line[]> {
  const { volumeKeyArn: KeyId } = configuration.policies;
  if (KeyId === undefined) return [];
  const GranteePrincipal = serviceRoleArn(await identity());
  // Who may not look for the role may still see its grant.
  if (!(await hasRole.catch(() => true))) return [judgeKey(KeyId, GranteePrincipal, undefined)];
  const read = async () => {
    const grants: GrantListEntry[] = [];
    // Each volume in use has grants of its own, so only those of the role are asked for.
    for await (const { Grants = [] } of paginateListGrants({ client: kms }, { KeyId, GranteePrincipal }))
      grants.push(...Grants);
    return judgeKey(KeyId, GranteePrincipal, grants);
  };
  return [await orFailure(read())];
}

async function roomLine({ configuration, clients: { quotas } }: Site): Promise<Line[]> {
  const { fastLaunch } = configuration.policies;
  if (!fastLaunch) return [];
  try {
    const { Quota } = await quotas.send(new GetServiceQuotaCommand(parallelLaunches));
    if (Quota?.Value === undefined) return [unknownRoom("Service Quotas has no value of this account's")];
    return [judgeRoom(Quota.Value, fastLaunch, imagesAtOnce(configuration))];
  } catch (error) {
    const failed = lineOfError(error as Error, false);
    return [failed.finding === "denied" ? failed : unknownRoom(failed.text)];
  }
}

async function orFailure(reading: Promise<Line>): Promise<Line> {
  return reading.catch((error: Error) => lineOfError(error, false));
}
