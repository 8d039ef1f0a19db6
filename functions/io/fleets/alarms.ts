import { DescribeAlarmsCommand } from "@aws-sdk/client-cloudwatch";
import { chunk } from "es-toolkit";
import type { Clients } from "../clients.ts";

/** What an alarm says: whether it rings, and when it last changed its state, in milliseconds since the epoch. */
export interface Alarm {
  rings: boolean;
  changedAt: number;
}

/** DescribeAlarms takes 100 names a call (CloudWatch API reference). */
const namesPerCall = 100;

/** The alarms by name. One that does not exist is absent. */
export async function readAlarms(
  { cloudwatch }: Clients,
  names: readonly string[],
): Promise<ReadonlyMap<string, Alarm>> {
  const answers = await Promise.all(
    chunk([...new Set(names)], namesPerCall).map((AlarmNames) =>
      cloudwatch.send(
        new DescribeAlarmsCommand({ AlarmNames, AlarmTypes: ["MetricAlarm", "CompositeAlarm"], MaxRecords: 100 }),
      ),
    ),
  );
  const all = answers.flatMap(({ MetricAlarms = [], CompositeAlarms = [] }) => [...MetricAlarms, ...CompositeAlarms]);
  return new Map(
    all.map(({ AlarmName = "", StateValue, StateTransitionedTimestamp, StateUpdatedTimestamp }) => [
      AlarmName,
      {
        rings: StateValue === "ALARM",
        changedAt: (StateTransitionedTimestamp ?? StateUpdatedTimestamp)?.getTime() ?? 0,
      },
    ]),
  );
}
