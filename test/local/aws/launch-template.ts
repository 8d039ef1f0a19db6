import { CreateLaunchTemplateCommand, type RequestLaunchTemplateData } from "@aws-sdk/client-ec2";
import type { EmulatorWorkshop } from "./emulator-workshop.ts";

/** Creates a launch template with one version. Resolves with its ID. */
export async function createTemplate(
  { ec2, fresh }: Pick<EmulatorWorkshop, "ec2" | "fresh">,
  LaunchTemplateData: RequestLaunchTemplateData,
  tags: Readonly<Record<string, string>> = {},
): Promise<string> {
  const Tags = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
  const { LaunchTemplate } = await ec2.send(
    new CreateLaunchTemplateCommand({
      LaunchTemplateName: fresh("template"),
      LaunchTemplateData,
      ...(Tags.length > 0 && { TagSpecifications: [{ ResourceType: "launch-template", Tags }] }),
    }),
  );
  return LaunchTemplate?.LaunchTemplateId ?? "";
}
