import {
  AuthorizeSecurityGroupEgressCommand,
  AuthorizeSecurityGroupIngressCommand,
  CreateSecurityGroupCommand,
  type IpPermission,
  RevokeSecurityGroupEgressCommand,
} from "@aws-sdk/client-ec2";
import { z } from "zod";
import { creator } from "../creator.ts";

const Rule = z.strictObject({
  protocol: z.string(),
  fromPort: z.number(),
  toPort: z.number(),
  cidrBlocks: z.array(z.string()).optional(),
  securityGroups: z.array(z.string()).optional(),
});

export const createSecurityGroup = creator(
  {
    name: z.string(),
    description: z.string(),
    /** The default VPC, if it is left out. */
    vpcId: z.string().optional(),
    ingress: z.array(Rule).default([]),
    egress: z.array(Rule).default([]),
    tags: z.record(z.string(), z.string()).default({}),
  },
  async ({ name, description, vpcId, ingress, egress, tags }, { ec2 }) => {
    const { GroupId } = await ec2.send(
      new CreateSecurityGroupCommand({
        GroupName: name,
        Description: description,
        VpcId: vpcId,
        TagSpecifications: Object.keys(tags).length
          ? [{ ResourceType: "security-group", Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) }]
          : [],
      }),
    );
    if (ingress.length)
      await ec2.send(new AuthorizeSecurityGroupIngressCommand({ GroupId, IpPermissions: ingress.map(permission) }));
    // AWS adds a rule to each new group that allows all outgoing traffic.
    const everything = { protocol: "-1", fromPort: -1, toPort: -1, cidrBlocks: ["0.0.0.0/0"] };
    await ec2.send(new RevokeSecurityGroupEgressCommand({ GroupId, IpPermissions: [permission(everything)] }));
    if (egress.length)
      await ec2.send(new AuthorizeSecurityGroupEgressCommand({ GroupId, IpPermissions: egress.map(permission) }));
    return { id: GroupId as string };
  },
);

function permission({ protocol, fromPort, toPort, cidrBlocks, securityGroups }: z.infer<typeof Rule>): IpPermission {
  return {
    IpProtocol: protocol,
    ...(protocol !== "-1" && { FromPort: fromPort, ToPort: toPort }),
    IpRanges: cidrBlocks?.map((CidrIp) => ({ CidrIp })),
    UserIdGroupPairs: securityGroups?.map((GroupId) => ({ GroupId })),
  };
}
