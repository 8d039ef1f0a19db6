import { randomUUID } from "node:crypto";
import {
  GetScheduleCommand,
  type GetScheduleCommandOutput,
  paginateListSchedules,
  SchedulerClient,
} from "@aws-sdk/client-scheduler";
import { SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { triggerOf } from "../../functions/domain/trigger.ts";
import type { Credentials, RoleCredentials } from "../aws/role-credentials.ts";
import { latestOccurrence, nextOccurrence } from "./timetable.ts";

export type Fired = { schedule: string; at: Date; input: string };

export type Schedules = {
  /**
   * Sends what EventBridge Scheduler sends in (from, to]. Each enabled schedule fires once, for its latest moment in
   * that time, in the order of these moments.
   */
  fire(from: Date, to: Date): Promise<Fired[]>;
  /**
   * The first moment after `from` at which a schedule sends this trigger, in the words of
   * `functions/domain/trigger.ts`; by default, any trigger.
   * @throws Error when no schedule ever sends it
   */
  nextAfter(from: Date, trigger?: string): Promise<Date>;
};

/**
 * The emulator stores EventBridge Scheduler's schedules but never fires them. This fires them with the credentials of
 * each schedule's role.
 */
export function createSchedules({
  endpoint,
  region,
  credentials,
  roles,
}: {
  endpoint: string;
  region: string;
  credentials: Credentials;
  roles: RoleCredentials;
}): Schedules {
  const scheduler = new SchedulerClient({ endpoint, region, credentials });

  async function enabledSchedules(): Promise<GetScheduleCommandOutput[]> {
    const found: GetScheduleCommandOutput[] = [];
    for await (const page of paginateListSchedules({ client: scheduler }, {}))
      for (const { Name, GroupName } of page.Schedules ?? [])
        found.push(await scheduler.send(new GetScheduleCommand({ Name, GroupName })));
    return found.filter(({ State }) => State !== "DISABLED");
  }

  async function send(schedule: GetScheduleCommandOutput, at: Date): Promise<Fired> {
    const { Name = "", Target } = schedule;
    const [, , service, , account, queue] = Target?.Arn?.split(":") ?? [];
    if (service !== "sqs" || !Target?.RoleArn)
      throw new Error(`firing the schedule ${Name}: its target ${Target?.Arn} is not a queue with a role`);
    if (!Target.Input) throw new Error(`firing the schedule ${Name}: its target has no input`);
    const input = fillIn(Target.Input, schedule.Arn ?? "", at);
    const sqs = new SQSClient({ endpoint, region, credentials: await roles.assume(Target.RoleArn, Name) });
    const QueueUrl = new URL(`${account}/${queue}`, `${endpoint.replace(/\/$/, "")}/`).href;
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: input })).catch((error) => {
      throw new Error(`firing the schedule ${Name} to ${Target.Arn}`, { cause: error });
    });
    return { schedule: Name, at, input };
  }

  async function fire(from: Date, to: Date): Promise<Fired[]> {
    const due = (await enabledSchedules())
      .map((schedule) => ({ schedule, at: latestOccurrence(timetable(schedule), from, to) }))
      .filter((entry): entry is { schedule: GetScheduleCommandOutput; at: Date } => entry.at !== undefined)
      .sort((one, other) => one.at.getTime() - other.at.getTime());
    const fired: Fired[] = [];
    for (const { schedule, at } of due) fired.push(await send(schedule, at));
    return fired;
  }

  async function nextAfter(from: Date, trigger?: string): Promise<Date> {
    const [next] = (await enabledSchedules())
      .filter(({ Target }) => !trigger || triggerOf(Target?.Input ?? "").kind === trigger)
      .flatMap((schedule) => nextOccurrence(timetable(schedule), from) ?? [])
      .toSorted((one, other) => one.getTime() - other.getTime());
    if (!next) throw new Error(`looking for the next ${trigger ?? "trigger"}: no schedule will fire`);
    return next;
  }

  return { fire, nextAfter };
}

function timetable(schedule: GetScheduleCommandOutput) {
  return {
    expression: schedule.ScheduleExpression ?? "",
    timeZone: schedule.ScheduleExpressionTimezone ?? "UTC",
    start: schedule.StartDate ?? schedule.CreationDate ?? new Date(0),
    end: schedule.EndDate,
  };
}

/** Replaces the context attributes in a target's input, as Scheduler does. */
function fillIn(input: string, scheduleArn: string, at: Date): string {
  return input
    .replaceAll("<aws.scheduler.schedule-arn>", scheduleArn)
    .replaceAll("<aws.scheduler.scheduled-time>", at.toISOString().replace(/\.\d{3}/, ""))
    .replaceAll("<aws.scheduler.execution-id>", randomUUID())
    .replaceAll("<aws.scheduler.attempt-number>", "1");
}
