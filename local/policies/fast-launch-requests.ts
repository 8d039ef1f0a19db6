import { z } from "zod";
import type { Place } from "../deploy/look-ups.ts";
import { ec2Arn } from "./arns.ts";
import type { Call } from "./requests.ts";
import type { Request } from "./verdict.ts";

const Parameters = z.object({
  ImageId: z.string(),
  LaunchTemplate: z.object({ LaunchTemplateId: z.string() }).optional(),
});

/** EC2 checks that the caller may use the template (EC2 user guide, "Configure EC2 Fast Launch settings"). */
export function fastLaunching({ parameters }: Call, place: Place): Request[] {
  const { LaunchTemplate } = Parameters.parse(parameters);
  if (!LaunchTemplate) return [];
  const resource = ec2Arn(place, "launch-template", LaunchTemplate.LaunchTemplateId);
  return [{ action: "ec2:EnableFastLaunch", resource, context: {} }];
}

const Tags = [{ Key: "CreatedBy", Value: "EC2 Fast Launch" }];

/**
 * EC2 also checks that the caller could start an instance from the image and the template, whose subnet and security
 * group it gets; without a template, in EC2's own network (AWS, managed policy EC2FastLaunchFullAccess).
 */
export function startingForFastLaunch({ parameters, tags }: Call): Call {
  const { ImageId, LaunchTemplate } = Parameters.parse(parameters);
  const tagged = LaunchTemplate ? ["instance"] : ["instance", "volume"];
  const started = {
    ImageId,
    ...(LaunchTemplate && { LaunchTemplate }),
    SubnetId: "subnet-oftemplate",
    SecurityGroupIds: ["sg-oftemplate"],
    TagSpecifications: tagged.map((ResourceType) => ({ ResourceType, Tags })),
  };
  return { service: "ec2", operation: "RunInstances", parameters: started, tags };
}
