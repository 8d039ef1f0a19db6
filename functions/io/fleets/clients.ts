import { AutoScalingClient } from "@aws-sdk/client-auto-scaling";
import { CloudWatchClient } from "@aws-sdk/client-cloudwatch";
import { EC2Client } from "@aws-sdk/client-ec2";
import { EKSClient } from "@aws-sdk/client-eks";
import { AssumeRoleCommand, STSClient } from "@aws-sdk/client-sts";
import { memoize, once } from "es-toolkit";
import { clientSettings, withoutLog } from "../client-settings.ts";
import { pacedEc2 } from "../pace.ts";

// With the function's own role, which only reads. Without fleets none of these is made.
export const eks = once(() => new EKSClient(clientSettings));
export const autoScaling = once(() => new AutoScalingClient(clientSettings));
export const cloudWatch = once(() => new CloudWatchClient(clientSettings));

/** Clients with the fleets' role, which alone may change a fleet. */
export interface FleetClients {
  ec2: EC2Client;
  eks: EKSClient;
  autoScaling: AutoScalingClient;
}

/** The clients of a role, by its ARN. Its credentials are assumed when first used and renewed before they expire. */
export const clientsAs: (role: string) => FleetClients = memoize((role: string) => {
  const credentials = () => assume(role);
  return {
    ec2: pacedEc2(withoutLog(new EC2Client({ ...clientSettings, credentials }))),
    eks: new EKSClient({ ...clientSettings, credentials }),
    autoScaling: new AutoScalingClient({ ...clientSettings, credentials }),
  };
});

const sts = once(() => new STSClient(clientSettings));

/** @throws Error if STS gives no credentials */
async function assume(role: string) {
  const { Credentials } = await sts().send(new AssumeRoleCommand({ RoleArn: role, RoleSessionName: "fleets" }));
  const { AccessKeyId, SecretAccessKey, SessionToken, Expiration } = Credentials ?? {};
  if (!AccessKeyId || !SecretAccessKey) throw new Error(`assuming ${role}: STS gave no credentials`);
  return {
    accessKeyId: AccessKeyId,
    secretAccessKey: SecretAccessKey,
    ...(SessionToken && { sessionToken: SessionToken }),
    ...(Expiration && { expiration: Expiration }),
  };
}
