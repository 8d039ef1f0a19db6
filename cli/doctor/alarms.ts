import { type MetricAlarm, paginateDescribeAlarms } from "@aws-sdk/client-cloudwatch";
import type { Configuration } from "../../functions/config/configuration.ts";
import { quietHoursOf } from "../../infra/quiet-hours.ts";
import { count } from "../terminal/text.ts";
import type { Check } from "./check.ts";
import { type Findings, type Line, linesOf } from "./lines.ts";

const findings = {
  "alarms-quiet": { mark: "✓", means: "All alarms of the stage are there and in the state OK." },
  "alarm-rings": {
    mark: "✗",
    means: "The alarm is in the state ALARM.",
    remedy: "docs/operations.md says of each alarm what it means and what to do.",
  },
  "alarm-muted": {
    mark: "✗",
    means: "The actions of the alarm are switched off, so that it tells nobody.",
    remedy: "aws cloudwatch enable-alarm-actions --alarm-names with the name of the alarm.",
  },
  "alarm-missing": {
    mark: "✗",
    means: "The stage is deployed, and these alarms are not there: somebody has deleted them.",
    remedy: "npx sst refresh, then deploy again.",
  },
  "alarm-undecided": {
    mark: "?",
    means: "CloudWatch has too few data to tell, as after a deployment.",
    remedy: "Wait an hour and look again.",
  },
} as const satisfies Findings;

const line = linesOf(findings);

/** The alarms of every stage, by the end of their names, and those that need fleets or Fast Launch. The graph's are the same in a test. */
const nouns = ["dead-letters", "reconcile-failing", "queue-old"];
const dailyNouns = ["actions-failing", "leftovers", "blocked", "stuck", "paused", "unrecorded"];
const weeklyNouns = ["stale", "quiet"];
const fleetNouns = ["fleets", "nodes-old"];

export const alarmsCheck: Check = {
  name: "alarms",
  about: "The state of the stage's alarms",
  findings,
  onLocalStack: false,
  async run({ environmentOf, clients: { cloudwatch }, named, configuration }) {
    await environmentOf("reconcile");
    const alarms: MetricAlarm[] = [];
    const asked = { AlarmNamePrefix: named("") };
    for await (const { MetricAlarms = [] } of paginateDescribeAlarms({ client: cloudwatch }, asked))
      alarms.push(...MetricAlarms);
    return judgeAlarms(alarmNouns(configuration).map(named), alarms);
  },
};

/** The ends of the names of the alarms that a deployment of the configuration has. */
export function alarmNouns({ policies, fleets }: Configuration): string[] {
  const quietHours = quietHoursOf(policies);
  const isWeekly = quietHours <= 7 * 24;
  return [
    ...nouns,
    ...(quietHours <= 24 ? dailyNouns : []),
    ...(quietHours <= 24 && policies.fastLaunch ? ["fast-launch"] : []),
    ...(isWeekly ? weeklyNouns : []),
    ...(isWeekly && fleets.length > 0 ? fleetNouns : []),
  ];
}

/** @param names those that there have to be; a prefix also finds those of a stage with a longer name */
export function judgeAlarms(names: readonly string[], alarms: readonly MetricAlarm[]): Line[] {
  const own = alarms.filter(({ AlarmName = "" }) => names.includes(AlarmName));
  const missing = names.filter((name) => !own.some(({ AlarmName }) => AlarmName === name));
  const judged = [
    ...(missing.length > 0 ? [line("alarm-missing", `not there: ${missing.join(", ")}`)] : []),
    ...own.flatMap(judgeAlarm),
  ];
  return judged.length > 0 ? judged : [line("alarms-quiet", `${count(names.length, "alarm")}, all OK`)];
}

function judgeAlarm({ AlarmName: name, StateValue, StateUpdatedTimestamp, ...alarm }: MetricAlarm): Line[] {
  const { AlarmDescription, ActionsEnabled } = alarm;
  const since = StateUpdatedTimestamp ? ` since ${StateUpdatedTimestamp.toISOString().slice(0, 16)}Z` : "";
  return [
    ...(StateValue === "ALARM" ? [line("alarm-rings", `${name}${since}`, AlarmDescription)] : []),
    ...(StateValue === "INSUFFICIENT_DATA" ? [line("alarm-undecided", `${name} has no data`)] : []),
    ...(ActionsEnabled === false ? [line("alarm-muted", `${name} tells nobody`)] : []),
  ];
}
