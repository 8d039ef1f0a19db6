import { CreateScheduleCommand, SchedulerClient } from "@aws-sdk/client-scheduler";
import { CreateQueueCommand, ReceiveMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createSchedules } from "../../../local/schedules/schedules.ts";
import { latestOccurrence, nextOccurrence, occurrences } from "../../../local/schedules/timetable.ts";
import { type FixtureStack, startFixtureStack } from "../fixture/stack.ts";

describe("Patch Tuesday, the second Tuesday at 11:00 Pacific,", () => {
  test.each([
    ["is at 19:00 UTC in winter", "2026-11-01", "2026-12-01", "2026-11-10T19:00:00.000Z"],
    ["is at 18:00 UTC in summer", "2026-07-01", "2026-08-01", "2026-07-14T18:00:00.000Z"],
    ["is the 8th in a month that begins on a Tuesday", "2026-12-01", "2027-01-01", "2026-12-08T19:00:00.000Z"],
    ["is the 14th in a month that begins on a Wednesday", "2026-04-01", "2026-05-01", "2026-04-14T18:00:00.000Z"],
    ["follows daylight saving time two days after it begins", "2026-03-01", "2026-04-01", "2026-03-10T18:00:00.000Z"],
  ])("%s", (_, from, to, expected) => {
    expect(fires("cron(0 11 ? * TUE#2 *)", from, to, "America/Los_Angeles")).toEqual([expected]);
  });

  test("counts once, at the very moment", () => {
    const moment = "2026-11-10T19:00:00Z";

    expect(fires("cron(0 11 ? * TUE#2 *)", "2026-11-10T18:59:59Z", moment, "America/Los_Angeles")).toHaveLength(1);
    expect(fires("cron(0 11 ? * TUE#2 *)", moment, "2026-11-10T19:30:00Z", "America/Los_Angeles")).toEqual([]);
  });
});

describe("A rate", () => {
  test("fires from the schedule's start on", () => {
    expect(fires("rate(15 minutes)", "2025-12-31T23:00:00Z", "2026-01-01T00:40:00Z")).toEqual([
      "2026-01-01T00:00:00.000Z",
      "2026-01-01T00:15:00.000Z",
      "2026-01-01T00:30:00.000Z",
    ]);
  });

  test("has one latest moment in any length of time", () => {
    const latest = latestOccurrence(
      timetable("rate(1 hour)"),
      new Date("2026-02-01"),
      new Date("2026-11-10T19:20:00Z"),
    );

    expect(latest?.toISOString()).toBe("2026-11-10T19:00:00.000Z");
  });

  test("does not fire between two of its moments", () => {
    expect(fires("rate(1 day)", "2026-11-10T00:00:00Z", "2026-11-10T23:59:59Z")).toEqual([]);
  });
});

describe("The next time", () => {
  test.each([
    ["of a rate is counted from its start", "rate(15 minutes)", "2026-01-01T00:20:00Z", "2026-01-01T00:30:00.000Z"],
    ["is after that very moment", "rate(15 minutes)", "2026-01-01T00:30:00Z", "2026-01-01T00:45:00.000Z"],
    ["is not before the schedule's start", "rate(1 day)", "2025-06-01T00:00:00Z", "2026-01-01T00:00:00.000Z"],
    ["of a cron expression", "cron(0 11 ? * TUE#2 *)", "2026-11-10T18:59:59.500Z", "2026-11-10T19:00:00.000Z"],
    ["is the next month's", "cron(0 11 ? * TUE#2 *)", "2026-11-10T19:00:00Z", "2026-12-08T19:00:00.000Z"],
    [
      "skips a time that daylight saving time skips",
      "cron(30 2 * * ? *)",
      "2026-03-08T08:00:00Z",
      "2026-03-09T09:30:00.000Z",
    ],
  ])("%s", (_, expression, from, expected) => {
    const next = nextOccurrence(timetable(expression, "America/Los_Angeles"), new Date(from));

    expect(next?.toISOString()).toBe(expected);
  });

  test("does not come after the last year of a cron expression or the schedule's end", () => {
    const from = new Date("2026-11-10T00:00:00Z");
    const ended = { ...timetable("rate(1 day)"), end: new Date("2026-11-10T12:00:00Z") };

    expect(nextOccurrence(timetable("cron(0 12 8 * ? 2025)"), from)).toBeUndefined();
    expect(nextOccurrence(ended, from)).toBeUndefined();
  });
});

describe("A cron expression of EventBridge Scheduler", () => {
  test.each([
    [
      "numbers the days of the week from Sunday, 1",
      "cron(0 12 ? * 1 *)",
      ["2026-11-01T12", "2026-11-08T12", "2026-11-15T12"],
    ],
    ["takes the last day of the month", "cron(0 12 L * ? *)", ["2026-10-31T12"]],
    ["takes the last day of the week", "cron(0 12 ? * L *)", ["2026-10-31T12", "2026-11-07T12", "2026-11-14T12"]],
    ["takes the last Friday of the month", "cron(0 12 ? * 6L *)", ["2026-10-30T12"]],
    ["takes the weekday nearest to a date", "cron(0 12 14W * ? *)", ["2026-11-13T12"]],
    ["takes steps from a start", "cron(0 0/12 8 * ? *)", ["2026-11-08T00", "2026-11-08T12"]],
    ["is bound to its years", "cron(0 12 8 * ? 2027-2030)", []],
  ])("%s", (_, expression, expected) => {
    expect(fires(expression, "2026-10-30T00:00:00Z", "2026-11-15T23:00:00Z").map((at) => at.slice(0, 13))).toEqual(
      expected,
    );
  });

  test("skips a time that daylight saving time skips, and runs once at a time that occurs twice", () => {
    const [skipped, repeated] = ["cron(30 2 * * ? *)", "cron(30 1 * * ? *)"];

    expect(fires(skipped, "2026-03-08T08:00:00Z", "2026-03-09T08:00:00Z", "America/Los_Angeles")).toEqual([]);
    expect(fires(repeated, "2026-11-01T08:00:00Z", "2026-11-02T08:00:00Z", "America/Los_Angeles")).toHaveLength(1);
  });

  test.each([
    "cron(0 11 * * * *)",
    "cron(0 11 ? * ? *)",
    "cron(0 11 ? * TUE)",
    "cron(0 25 ? * TUE *)",
    "rate(0 hours)",
    "daily",
  ])("%s is refused", (expression) => {
    expect(() => fires(expression, "2026-11-01", "2026-11-02")).toThrow("reading the schedule expression");
  });
});

describe("The stack's schedules", () => {
  let stack: FixtureStack;
  let queueUrl: string;
  let sqs: SQSClient;
  let client: { endpoint: string; region: string; credentials: FixtureStack["emulator"]["credentials"] };

  beforeAll(async () => {
    stack = await startFixtureStack();
    client = { endpoint: stack.emulator.url, region: stack.emulator.region, credentials: stack.emulator.credentials };
    sqs = new SQSClient(client);
    const roleArn = await stack.role("scheduler", "scheduler.amazonaws.com");
    queueUrl = (await sqs.send(new CreateQueueCommand({ QueueName: "triggers" }))).QueueUrl ?? "";
    await createSchedule("patch-tuesday", "cron(0 11 ? * TUE#2 *)", roleArn);
    await createSchedule("base-ami", "rate(15 minutes)", roleArn);
    await createSchedule("paused", "rate(1 minute)", roleArn, "DISABLED");
  });

  afterAll(() => stack?.stop());

  test("know when a trigger comes next", async () => {
    const schedules = createSchedules({ ...client, roles: stack.roles });
    const from = new Date("2026-12-08T18:00:00.001Z");

    const patchTuesday = await schedules.nextAfter(from, "patch-tuesday");
    const any = await schedules.nextAfter(from);

    expect(patchTuesday.toISOString()).toBe("2026-12-08T19:00:00.000Z");
    expect(any.getTime() - from.getTime()).toBeLessThanOrEqual(15 * 60_000);
    await expect(schedules.nextAfter(from, "kubernetes")).rejects.toThrow("looking for the next kubernetes");
  });

  test("send each trigger once for the passed time, in the order of their moments", async () => {
    const schedules = createSchedules({ ...client, roles: stack.roles });
    const from = new Date("2026-11-10T18:59:00Z");

    const fired = await schedules.fire(from, new Date("2026-11-10T21:00:00Z"));
    const again = await schedules.fire(new Date("2026-11-10T21:10:00Z"), new Date("2026-11-10T21:14:00Z"));

    expect(fired.map(({ schedule }) => schedule)).toEqual(["patch-tuesday", "base-ami"]);
    expect(fired[0]?.at.toISOString()).toBe("2026-11-10T19:00:00.000Z");
    expect(again).toEqual([]);
    const sent = (await stack.emulator.calls()).filter(({ operation }) => operation === "SendMessage");
    expect(sent.map(({ role }) => role)).toEqual(["scheduler", "scheduler"]);
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({
        QueueUrl: queueUrl,
        MaxNumberOfMessages: 10,
        MessageSystemAttributeNames: ["SenderId"],
      }),
    );
    expect(
      Messages.map(({ Body }) => JSON.parse(Body ?? ""))
        .map(({ trigger }) => trigger)
        .sort(),
    ).toEqual(["base-ami", "patch-tuesday"]);
    expect(Messages.map(({ Body }) => JSON.parse(Body ?? "").at)).toContain("2026-11-10T19:00:00Z");
  });

  async function createSchedule(name: string, expression: string, RoleArn: string, State?: "DISABLED"): Promise<void> {
    const scheduler = new SchedulerClient(client);
    await scheduler.send(
      new CreateScheduleCommand({
        Name: name,
        ScheduleExpression: expression,
        ScheduleExpressionTimezone: "America/Los_Angeles",
        FlexibleTimeWindow: { Mode: "OFF" },
        State,
        Target: {
          Arn: "arn:aws:sqs:us-east-1:123456789012:triggers",
          RoleArn,
          Input: JSON.stringify({ trigger: name, at: "<aws.scheduler.scheduled-time>" }),
        },
      }),
    );
  }
});

function timetable(expression: string, timeZone = "UTC") {
  return { expression, timeZone, start: new Date("2026-01-01T00:00:00Z") };
}

function fires(expression: string, from: string, to: string, timeZone?: string): string[] {
  return occurrences(timetable(expression, timeZone), new Date(from), new Date(to)).map((at) => at.toISOString());
}
