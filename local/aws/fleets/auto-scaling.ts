import { randomUUID } from "node:crypto";
import type {
  ActivitiesType,
  AutoScalingGroupsType,
  CancelInstanceRefreshAnswer,
  DescribeInstanceRefreshesAnswer,
  DescribeLifecycleHooksAnswer,
  DesiredConfiguration,
  StartInstanceRefreshAnswer,
} from "@aws-sdk/client-auto-scaling";
import { z } from "zod";
import type { Group } from "./group.ts";
import { activeRefresh, cancel, type Refresh } from "./instance-refresh.ts";
import { checkOrder, RefreshOrder } from "./refresh-order.ts";
import { invalid, Refusal } from "./refusal.ts";
import { described, shown, terminated } from "./scaling-answers.ts";
import type { World } from "./world.ts";

/** An empty list comes as empty text. */
const Names = z.union([z.array(z.string()), z.literal("").transform((): string[] => [])]).default([]);
const Page = { NextToken: z.string().default("0"), MaxRecords: z.coerce.number().int().min(1).max(100).default(50) };
const Groups = z.strictObject({
  ...Page,
  AutoScalingGroupNames: Names,
  Filters: z.array(z.strictObject({ Name: z.string(), Values: z.array(z.string()) })).default([]),
});
const OfGroup = z.strictObject({ AutoScalingGroupName: z.string() });
const Refreshes = OfGroup.extend({ ...Page, InstanceRefreshIds: Names });
const Activities = OfGroup.extend(Page);
const Hooks = OfGroup.extend({ LifecycleHookNames: Names });

/** The operations of Auto Scaling that concern instance refreshes. */
export function autoScalingOperations({ site, groups, now }: World) {
  function groupNamed(name: string): Group {
    const found = groups.find((one) => one.name === name);
    if (!found) throw invalid(`AutoScalingGroup name not found - AutoScalingGroup: ${name} not found`);
    return found;
  }

  return {
    DescribeAutoScalingGroups(given: unknown): AutoScalingGroupsType {
      const { AutoScalingGroupNames: names, Filters, ...page } = Groups.parse(given);
      const found = groups
        .filter(({ name }) => names.length === 0 || names.includes(name))
        .filter((group) => Filters.every((filter) => isMatched(group, filter)));
      const [some, NextToken] = onPage(found, page);
      return { AutoScalingGroups: some.map((group) => described(group, site)), NextToken };
    },

    DescribeLifecycleHooks(given: unknown): DescribeLifecycleHooksAnswer {
      const { AutoScalingGroupName, LifecycleHookNames: names } = Hooks.parse(given);
      const found = groupNamed(AutoScalingGroupName).hooks.filter((one) => names.length === 0 || names.includes(one));
      const hook = {
        AutoScalingGroupName,
        LifecycleTransition: "autoscaling:EC2_INSTANCE_TERMINATING",
        HeartbeatTimeout: 300,
        GlobalTimeout: 30_000,
        DefaultResult: "CONTINUE",
      };
      return { LifecycleHooks: found.map((LifecycleHookName) => ({ LifecycleHookName, ...hook })) };
    },

    DescribeInstanceRefreshes(given: unknown): DescribeInstanceRefreshesAnswer {
      const { AutoScalingGroupName, InstanceRefreshIds: ids, ...page } = Refreshes.parse(given);
      const group = groupNamed(AutoScalingGroupName);
      const found = group.refreshes.filter(({ id }) => ids.length === 0 || ids.includes(id)).reverse();
      const [some, NextToken] = onPage(found, page);
      return { InstanceRefreshes: some.map((refresh) => shown(refresh, group)), NextToken };
    },

    DescribeScalingActivities(given: unknown): ActivitiesType {
      const { AutoScalingGroupName, ...page } = Activities.parse(given);
      const [some, NextToken] = onPage(groupNamed(AutoScalingGroupName).lost.toReversed(), page);
      return { Activities: some.map((one) => terminated(AutoScalingGroupName, one)), NextToken };
    },

    async StartInstanceRefresh(given: unknown): Promise<StartInstanceRefreshAnswer> {
      const order = RefreshOrder.safeParse(given);
      if (!order.success) throw invalid(z.prettifyError(order.error));
      const group = groupNamed(order.data.AutoScalingGroupName);
      if (activeRefresh(group))
        throw new Refusal(
          "InstanceRefreshInProgress",
          "An Instance Refresh is already in progress and blocks the execution of this Instance Refresh.",
        );
      await checkOrder(order.data, group, site.templates);
      if (group.failure === "refused") {
        group.failure = undefined;
        throw new Refusal("LimitExceeded", "The limit of instance refreshes is reached.");
      }
      const refresh: Refresh = {
        id: randomUUID(),
        status: "Pending",
        reason: undefined,
        startedAt: now(),
        endedAt: undefined,
        desired: order.data.DesiredConfiguration as DesiredConfiguration | undefined,
        preferences: order.data.Preferences,
        replacement: undefined,
        replaced: [],
        rollback: undefined,
      };
      group.refreshes.push(refresh);
      return { InstanceRefreshId: refresh.id };
    },

    CancelInstanceRefresh(given: unknown): CancelInstanceRefreshAnswer {
      const { AutoScalingGroupName } = OfGroup.parse(given);
      const refresh = activeRefresh(groupNamed(AutoScalingGroupName));
      if (!refresh || refresh.status === "Cancelling")
        throw new Refusal("ActiveInstanceRefreshNotFound", "No in progress or pending Instance Refresh found.");
      cancel(refresh, now());
      return { InstanceRefreshId: refresh.id };
    },
  };
}

function onPage<T>(all: T[], { NextToken, MaxRecords }: { NextToken: string; MaxRecords: number }): [T[], string?] {
  const last = Number(NextToken) + MaxRecords;
  return [all.slice(Number(NextToken), last), last < all.length ? String(last) : undefined];
}

function isMatched({ tags }: Group, { Name, Values }: { Name: string; Values: string[] }): boolean {
  if (Name === "tag-key") return Values.some((key) => key in tags);
  if (Name === "tag-value") return Object.values(tags).some((value) => Values.includes(value));
  if (!Name.startsWith("tag:")) throw invalid(`The filter ${Name} is not valid.`);
  return Values.includes(tags[Name.slice("tag:".length)] ?? "");
}
