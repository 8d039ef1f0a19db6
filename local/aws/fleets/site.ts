import { CloudWatchClient, DescribeAlarmsCommand } from "@aws-sdk/client-cloudwatch";
import { DescribeTagsCommand, EC2Client } from "@aws-sdk/client-ec2";
import { GetParameterCommand, SSMClient } from "@aws-sdk/client-ssm";
import type { Emulator } from "../emulator.ts";
import { createNodes, type Nodes } from "./nodes.ts";
import { createTemplates, type Templates } from "./templates.ts";

/** The part of the emulator that groups live in. AWS's services call it without anybody's permission. */
export interface Site {
  nodes: Nodes;
  templates: Templates;
  region: string;
  accountId: string;
  /** Those of these CloudWatch alarms that are in ALARM. */
  ringing(alarms: readonly string[]): Promise<string[]>;
  tagsOf(resource: string): Promise<Record<string, string>>;
  /** The value of a parameter, and when it was written, in milliseconds since the epoch. */
  parameter(name: string): Promise<{ value: string; writtenAt: number }>;
}

export type SiteEmulator = Pick<Emulator, "url" | "region" | "accountId" | "credentials" | "setLaunchTime">;

export function createSite(emulator: SiteEmulator): Site {
  const { url: endpoint, region, accountId, credentials } = emulator;
  const aws = { endpoint, region, credentials };
  const ec2 = new EC2Client(aws);
  const ssm = new SSMClient(aws);
  const cloudwatch = new CloudWatchClient(aws);
  return {
    nodes: createNodes(ec2, emulator),
    templates: createTemplates(ec2),
    region,
    accountId,
    async ringing(alarms) {
      const { MetricAlarms = [] } = await cloudwatch.send(new DescribeAlarmsCommand({ AlarmNames: [...alarms] }));
      return MetricAlarms.flatMap(({ AlarmName = "", StateValue }) => (StateValue === "ALARM" ? [AlarmName] : []));
    },
    async tagsOf(resource) {
      const Filters = [{ Name: "resource-id", Values: [resource] }];
      const { Tags = [] } = await ec2.send(new DescribeTagsCommand({ Filters }));
      return Object.fromEntries(Tags.map(({ Key = "", Value = "" }) => [Key, Value]));
    },
    async parameter(name) {
      const { Parameter } = await ssm.send(new GetParameterCommand({ Name: name }));
      return { value: Parameter?.Value ?? "", writtenAt: Parameter?.LastModifiedDate?.getTime() ?? 0 };
    },
  };
}
