import { AutoScalingClient } from "@aws-sdk/client-auto-scaling";
import { CloudWatchClient } from "@aws-sdk/client-cloudwatch";
import { CodeBuildClient } from "@aws-sdk/client-codebuild";
import { EC2Client } from "@aws-sdk/client-ec2";
import { EKSClient } from "@aws-sdk/client-eks";
import { S3Client } from "@aws-sdk/client-s3";
import { SNSClient } from "@aws-sdk/client-sns";
import { SQSClient } from "@aws-sdk/client-sqs";
import { SSMClient } from "@aws-sdk/client-ssm";
import { STSClient } from "@aws-sdk/client-sts";
import { accountIn } from "../memory-aws/sts.ts";

/** Answers one call as AWS would: what a client of the SDK is asked to send. */
export type Answering = (service: ServiceName, operation: string, input: object, client: Client) => Promise<object>;

/** Where a client calls, and as whom. */
export interface Client {
  config: {
    region: () => Promise<string>;
    /** `attributed` if the client was made with credentials. */
    credentials: (() => Promise<{ accessKeyId: string }>) & { attributed?: boolean };
  };
}

const clients = {
  codebuild: CodeBuildClient,
  ec2: EC2Client,
  eks: EKSClient,
  s3: S3Client,
  sns: SNSClient,
  sqs: SQSClient,
  ssm: SSMClient,
  sts: STSClient,
  autoscaling: AutoScalingClient,
  cloudwatch: CloudWatchClient,
};
export type ServiceName = keyof typeof clients;
/** The services that now and then do not answer for hours. */
export const failingServices = ["codebuild", "ec2", "eks", "s3", "sns", "sqs", "ssm"] as const;

/** Where a call goes. */
export interface Where {
  account: string;
  region: string;
}

/** A command of the SDK: its class is named after the operation. */
interface Command {
  constructor: { name: string };
  input: object;
}

/**
 * From now on no client of the SDK in this process sends anything: what it is asked for goes to `answering`. Over the
 * SDK's wire formats one DescribeImages costs two milliseconds.
 */
export function redirectClients(answering: Answering): void {
  for (const [service, client] of Object.entries(clients)) {
    function send(this: Client, command: Command) {
      return answering(service as ServiceName, command.constructor.name.replace(/Command$/, ""), command.input, this);
    }
    Object.assign(client.prototype, { send });
  }
}

/** Where a role's client calls. Its credentials are asked for as the SDK does: again before they expire. */
export function whereOf({ config }: Client): Promise<Where> | undefined {
  if (!config.credentials.attributed) return undefined;
  return Promise.all([config.credentials(), config.region()]).then(([credentials, region]) => ({
    account: accountIn(credentials),
    region,
  }));
}
