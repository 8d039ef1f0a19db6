import { EventBridgeClient, PutEventsCommand } from "@aws-sdk/client-eventbridge";
import type { Credentials } from "../aws/role-credentials.ts";
import type { Build, Phase } from "./build.ts";

/** Puts the event on the account's default bus that CodeBuild sends when a build begins or ends. */
export async function sendStateChange(
  build: Build,
  time: Date,
  aws: { endpoint: string; region: string; credentials: Credentials },
): Promise<void> {
  const events = new EventBridgeClient(aws);
  try {
    const { FailedEntryCount, Entries } = await events.send(
      new PutEventsCommand({
        Entries: [
          {
            Source: "aws.codebuild",
            DetailType: "CodeBuild Build State Change",
            Time: time,
            Resources: [build.arn],
            Detail: JSON.stringify(stateChangeDetail(build)),
          },
        ],
      }),
    );
    if (FailedEntryCount) throw new Error(Entries?.[0]?.ErrorMessage ?? "the event was not accepted");
  } catch (cause) {
    throw new Error(`sending the state change of ${build.id}`, { cause });
  } finally {
    events.destroy();
  }
}

/** The fields are those of the CodeBuild user guide, "Build state change notifications". */
export function stateChangeDetail(build: Build): Record<string, unknown> {
  return {
    "build-status": build.buildStatus,
    "project-name": build.projectName,
    "build-id": build.arn,
    "current-phase": build.currentPhase,
    "current-phase-context": "[]",
    version: "1",
    "additional-information": {
      "build-complete": build.buildComplete,
      "build-number": build.buildNumber,
      "build-start-time": eventTime(build.startTime),
      initiator: build.initiator,
      "timeout-in-minutes": build.timeoutInMinutes,
      "queued-timeout-in-minutes": build.queuedTimeoutInMinutes,
      environment: {
        image: build.environment.image,
        "compute-type": build.environment.computeType,
        type: build.environment.type,
        "privileged-mode": false,
        "environment-variables": build.environment.environmentVariables,
      },
      "exported-environment-variables": build.exportedEnvironmentVariables,
      source: { type: build.source.type, location: build.source.location, buildspec: build.source.buildspec },
      logs: {
        "group-name": build.logs.groupName,
        "stream-name": build.logs.streamName,
        "deep-link": build.logs.deepLink,
      },
      phases: build.phases.map(eventPhase),
    },
  };
}

function eventPhase(phase: Phase): Record<string, unknown> {
  return {
    "phase-type": phase.phaseType,
    "start-time": eventTime(phase.startTime),
    ...(phase.endTime && {
      "phase-status": phase.phaseStatus,
      "end-time": eventTime(phase.endTime),
      "duration-in-seconds": phase.durationInSeconds,
      "phase-context": (phase.contexts ?? []).map(({ statusCode, message }) => `${statusCode}: ${message}`),
    }),
  };
}

/** Such as `Sep 1, 2017 4:12:29 PM`, in UTC. */
function eventTime(date: Date): string {
  return new Intl.DateTimeFormat("en-US", { dateStyle: "medium", timeStyle: "medium", timeZone: "UTC" })
    .format(date)
    .replace(/^(\w+ \d+, \d+), /, "$1 ")
    .replaceAll("\u202f", " ");
}
