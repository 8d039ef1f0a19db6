import { AutoScalingClient } from "@aws-sdk/client-auto-scaling";
import { CloudWatchClient } from "@aws-sdk/client-cloudwatch";
import { EC2Client } from "@aws-sdk/client-ec2";
import { EKSClient } from "@aws-sdk/client-eks";
import { SSMClient } from "@aws-sdk/client-ssm";
import { AssumeRoleCommand, STSClient } from "@aws-sdk/client-sts";
import { memoize, once } from "es-toolkit";
import { clientSettings, withoutLog } from "./client-settings.ts";
import { ec2 } from "./ec2-client.ts";
import { pacedEc2, pacedSsm } from "./pace.ts";
import { ssm } from "./ssm-client.ts";

/** Clients of one Region of one account, with one role. Each is made when first used. */
export interface Clients {
  readonly ec2: EC2Client;
  readonly ssm: SSMClient;
  readonly eks: EKSClient;
  readonly autoScaling: AutoScalingClient;
  readonly cloudwatch: CloudWatchClient;
}

/** Where the service itself runs, with the function's own role. */
export const home: Clients = lazily({
  ec2: () => ec2,
  ssm: () => ssm,
  eks: () => new EKSClient(clientSettings),
  autoScaling: () => new AutoScalingClient(clientSettings),
  cloudwatch: () => new CloudWatchClient(clientSettings),
});

/** A role, and how it is assumed. */
export interface AssumedRole {
  arn: string;
  /** Where it is used; by default where the service runs. */
  region?: string | undefined;
  externalId?: string | undefined;
  /** Of the session, as the account's trail shows it. */
  session: string;
  /** Whether the session may only look, whatever the role may. */
  looksOnly?: boolean | undefined;
}

/** The clients of a role. Its credentials are assumed when first used and renewed before they expire. */
export const clientsAs: (role: AssumedRole) => Clients = memoize(
  (role: AssumedRole) => {
    const own = { credentials: () => assume(role), ...(role.region && { region: role.region }) };
    return lazily({
      ec2: () => pacedEc2(withoutLog(new EC2Client({ ...clientSettings, ...own }))),
      ssm: () => pacedSsm(withoutLog(new SSMClient({ ...clientSettings, ...own }))),
      eks: () => new EKSClient({ ...clientSettings, ...own }),
      autoScaling: () => new AutoScalingClient({ ...clientSettings, ...own }),
      cloudwatch: () => new CloudWatchClient({ ...clientSettings, ...own }),
    });
  },
  { getCacheKey: (role) => JSON.stringify(role) },
);

function lazily(makers: { [Name in keyof Clients]: () => Clients[Name] }): Clients {
  const clients = {} as Clients;
  for (const [name, make] of Object.entries(makers))
    Object.defineProperty(clients, name, { get: once(make as () => unknown), enumerable: true });
  return clients;
}

const sts = once(() => new STSClient(clientSettings));

/** AWS's own policy for readers. A session has what both it and the role's policies allow. */
const readOnly = "arn:aws:iam::aws:policy/ReadOnlyAccess";

/** @throws Error if STS gives no credentials */
async function assume({ arn, externalId, session, looksOnly }: AssumedRole) {
  const { Credentials } = await sts().send(
    new AssumeRoleCommand({
      RoleArn: arn,
      RoleSessionName: session,
      ...(externalId && { ExternalId: externalId }),
      ...(looksOnly && { PolicyArns: [{ arn: readOnly }] }),
    }),
  );
  const { AccessKeyId, SecretAccessKey, SessionToken, Expiration } = Credentials ?? {};
  if (!AccessKeyId || !SecretAccessKey) throw new Error(`assuming ${arn}: STS gave no credentials`);
  return {
    accessKeyId: AccessKeyId,
    secretAccessKey: SecretAccessKey,
    ...(SessionToken && { sessionToken: SessionToken }),
    ...(Expiration && { expiration: Expiration }),
  };
}
