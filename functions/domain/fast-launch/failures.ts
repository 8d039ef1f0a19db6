import { hour } from "../../config/time.ts";
import type { FastLaunch } from "../fast-launches.ts";

/** What a failure of Fast Launch comes from, as far as AWS's words tell. */
export type FastLaunchFailure = "quota" | "permission" | "template" | "transient";

/** The first that fits. The words are those of EC2's error codes and of its user guide; others are transient. */
const signs: [FastLaunchFailure, RegExp][] = [
  ["transient", /insufficient|request ?limit ?exceeded|throttl/i],
  ["quota", /quota|limit ?exceeded|maximum number|too many|addresslimit/i],
  ["permission", /unauthori[sz]ed|not authori[sz]ed|access ?denied|permission|service-linked|kms|\bgrants?\b/i],
  ["template", /launch ?template|subnet|security ?group|\bvpc\b|metadata|user ?data|sysprep|invalid ?parameter/i],
];

export function failureOf({ reason = "" }: Pick<FastLaunch, "reason">): FastLaunchFailure {
  return signs.find(([, sign]) => sign.test(reason))?.[0] ?? "transient";
}

/**
 * How long after a failure EC2 is asked again, in milliseconds. The time counts from EC2's own. What only a person can
 * end is tried once a day, so that nobody must tell the service that it is over.
 */
const backOff: Record<FastLaunchFailure, number> = {
  transient: hour,
  quota: 6 * hour,
  permission: 24 * hour,
  template: 24 * hour,
};

/** When EC2 is asked again, in milliseconds since the epoch. */
export function askedAgainAt({ reason, since = 0 }: Pick<FastLaunch, "reason" | "since">): number {
  return since + backOff[failureOf({ reason })];
}
