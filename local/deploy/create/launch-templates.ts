import { CreateLaunchTemplateCommand } from "@aws-sdk/client-ec2";
import { z } from "zod";
import { creator } from "../creator.ts";

const Interface = z.strictObject({
  deviceIndex: z.number(),
  subnetId: z.string(),
  securityGroups: z.array(z.string()),
});

export const createLaunchTemplate = creator(
  {
    name: z.string(),
    instanceType: z.string(),
    metadataOptions: z.strictObject({ httpEndpoint: z.literal("enabled"), httpTokens: z.literal("required") }),
    networkInterfaces: z.array(Interface).optional(),
    vpcSecurityGroupIds: z.array(z.string()).optional(),
  },
  async ({ name, instanceType, metadataOptions, networkInterfaces, vpcSecurityGroupIds }, { ec2 }) => {
    const { LaunchTemplate } = await ec2.send(
      new CreateLaunchTemplateCommand({
        LaunchTemplateName: name,
        LaunchTemplateData: {
          InstanceType: instanceType as "t3.xlarge",
          MetadataOptions: { HttpEndpoint: metadataOptions.httpEndpoint, HttpTokens: metadataOptions.httpTokens },
          SecurityGroupIds: vpcSecurityGroupIds,
          NetworkInterfaces: networkInterfaces?.map((one) => ({
            DeviceIndex: one.deviceIndex,
            SubnetId: one.subnetId,
            Groups: one.securityGroups,
          })),
        },
      }),
    );
    return { id: String(LaunchTemplate?.LaunchTemplateId), state: { latestVersion: 1 } };
  },
);
