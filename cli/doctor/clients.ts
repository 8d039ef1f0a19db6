import { AutoScalingClient } from "@aws-sdk/client-auto-scaling";
import { CloudWatchClient } from "@aws-sdk/client-cloudwatch";
import { CodeBuildClient } from "@aws-sdk/client-codebuild";
import { EC2Client } from "@aws-sdk/client-ec2";
import { EKSClient } from "@aws-sdk/client-eks";
import { IAMClient } from "@aws-sdk/client-iam";
import { KMSClient } from "@aws-sdk/client-kms";
import { LambdaClient } from "@aws-sdk/client-lambda";
import { ServiceQuotasClient } from "@aws-sdk/client-service-quotas";
import { SNSClient } from "@aws-sdk/client-sns";
import { SSMClient } from "@aws-sdk/client-ssm";
import { STSClient } from "@aws-sdk/client-sts";
import type { FailedCall } from "./failed-checks.ts";

/** What the clients of the SDK are made with. What is missing comes from the SDK's own chain. */
export interface ClientSettings {
  region?: string;
  profile?: string;
  endpoint?: string;
  credentials?: () => Promise<{ accessKeyId: string; secretAccessKey: string; sessionToken?: string }>;
}

/** The prefix of IAM's actions, by the name of the SDK's client. */
const prefixes: Readonly<Record<string, string>> = {
  AutoScalingClient: "autoscaling",
  CloudWatchClient: "cloudwatch",
  CodeBuildClient: "codebuild",
  EC2Client: "ec2",
  EKSClient: "eks",
  IAMClient: "iam",
  KMSClient: "kms",
  LambdaClient: "lambda",
  ServiceQuotasClient: "servicequotas",
  SNSClient: "sns",
  SSMClient: "ssm",
  STSClient: "sts",
};

export type Clients = ReturnType<typeof createClients>;

export function createClients(given: ClientSettings) {
  const settings = {
    ...given,
    // A simulation is throttled at a few calls a second.
    maxAttempts: 6,
    // A hung connection must not use up a check's time alone.
    requestHandler: { connectionTimeout: 5_000, requestTimeout: 10_000, throwOnRequestTimeout: true },
  };
  return {
    autoScaling: naming(new AutoScalingClient(settings)),
    cloudwatch: naming(new CloudWatchClient(settings)),
    codebuild: naming(new CodeBuildClient(settings)),
    ec2: naming(new EC2Client(settings)),
    eks: naming(new EKSClient(settings)),
    iam: naming(new IAMClient(settings)),
    kms: naming(new KMSClient(settings)),
    lambda: naming(new LambdaClient(settings)),
    quotas: naming(new ServiceQuotasClient(settings)),
    sns: naming(new SNSClient(settings)),
    ssm: naming(new SSMClient(settings)),
    sts: naming(new STSClient(settings)),
  };
}

/** Closes what calls that nobody waits for any more have left open. */
export function closeClients(clients: Clients): void {
  for (const client of Object.values(clients)) client.destroy();
}

interface AnyClient {
  middlewareStack: { add(middleware: never, options: { step: "initialize"; name: string }): void };
}

/** An error of the client says which action had failed: AWS does not always name it. */
function naming<C extends AnyClient>(client: C): C {
  const middleware =
    (next: (given: object) => Promise<object>, { clientName = "", commandName = "" }: Record<string, string>) =>
    async (given: object) => {
      try {
        return await next(given);
      } catch (error) {
        (error as FailedCall).action = `${prefixes[clientName]}:${commandName.replace(/Command$/, "")}`;
        throw error;
      }
    };
  client.middlewareStack.add(middleware as never, { step: "initialize", name: "namesTheAction" });
  return client;
}
