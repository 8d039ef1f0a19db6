import { z } from "zod";
import type { Group } from "./group.ts";
import { templateOf } from "./group.ts";
import { invalid } from "./refusal.ts";
import { alias, type Templates } from "./templates.ts";

const Percent = z.coerce.number().int().min(0).max(100);
const Seconds = z.coerce.number().int().min(0);
const Template = z.strictObject({
  LaunchTemplateId: z.string().optional(),
  LaunchTemplateName: z.string().optional(),
  Version: z.string().optional(),
});

/** The parameters of StartInstanceRefresh, as far as the stand-in follows them. Others are refused. */
export const RefreshOrder = z.strictObject({
  AutoScalingGroupName: z.string(),
  Strategy: z.literal("Rolling").default("Rolling"),
  DesiredConfiguration: z
    .strictObject({
      LaunchTemplate: Template.optional(),
      MixedInstancesPolicy: z
        .strictObject({
          LaunchTemplate: z.strictObject({
            LaunchTemplateSpecification: Template,
            Overrides: z.array(z.looseObject({})).optional(),
          }),
          // Its numbers are only shown again.
          InstancesDistribution: z.looseObject({}).optional(),
        })
        .optional(),
    })
    .optional(),
  Preferences: z
    .strictObject({
      MinHealthyPercentage: Percent,
      MaxHealthyPercentage: z.coerce.number().int().min(100).max(200),
      InstanceWarmup: Seconds,
      CheckpointPercentages: z.array(z.coerce.number().int().min(1).max(100)),
      CheckpointDelay: Seconds.max(172_800),
      SkipMatching: z.stringbool(),
      AutoRollback: z.stringbool(),
      AlarmSpecification: z.strictObject({ Alarms: z.array(z.string()) }),
    })
    .partial()
    .default({}),
});
export type RefreshOrder = z.infer<typeof RefreshOrder>;

/** @throws Refusal as Auto Scaling refuses an order, in its words where they are known */
export async function checkOrder(order: RefreshOrder, group: Group, templates: Templates): Promise<void> {
  const { DesiredConfiguration: desired, Preferences: preferences } = order;
  const { AutoRollback, CheckpointPercentages, CheckpointDelay } = preferences;
  const { MinHealthyPercentage: least, MaxHealthyPercentage: most } = preferences;
  if (desired && (desired.LaunchTemplate === undefined) === (desired.MixedInstancesPolicy === undefined))
    throw invalid("The desired configuration needs either a LaunchTemplate or a MixedInstancesPolicy.");
  if (most !== undefined && (least === undefined || most - least > 100))
    throw invalid("MaxHealthyPercentage needs a MinHealthyPercentage that is at most 100 lower.");
  if (CheckpointDelay !== undefined && !CheckpointPercentages)
    throw invalid("CheckpointDelay needs CheckpointPercentages.");
  if (CheckpointPercentages?.some((one, index, all) => one <= (all[index - 1] ?? 0)))
    throw invalid("CheckpointPercentages must be in ascending order and unique.");
  if (AutoRollback && !desired)
    throw invalid(
      "The request isn't valid. The AutoRollback parameter cannot be set to true when the DesiredConfiguration parameter is empty. Set AutoRollback to false or specify a desired configuration and try again.",
    );
  for (const configuration of [group.configuration, ...(desired ? [desired] : [])]) {
    const named = templateOf(configuration);
    const { imageId } = await templates.find(named).catch((error: Error) => {
      throw invalid(error.message);
    });
    const resolves = imageId?.startsWith(alias);
    if (AutoRollback && /^\$/.test(named.version ?? "$Default"))
      throw invalid(
        "AutoRollback needs the number of a version: the launch template is followed by $Latest or $Default.",
      );
    if (AutoRollback && resolves) throw invalid("AutoRollback needs an AMI ID in the launch template.");
    const overrides = configuration.MixedInstancesPolicy?.LaunchTemplate?.Overrides ?? [];
    if (resolves && overrides.some((override) => "InstanceRequirements" in override))
      throw invalid("InstanceRequirements cannot be combined with a parameter as the AMI of the launch template.");
  }
}
