import {
  CloudWatchLogsClient,
  GetLogEventsCommand,
  type GetLogEventsCommandOutput,
} from "@aws-sdk/client-cloudwatch-logs";
import {
  BatchGetBuildsCommand,
  type Build,
  CodeBuildClient,
  ListBuildsForProjectCommand,
} from "@aws-sdk/client-codebuild";
import { CliError } from "../cli-error.ts";
import type { Aws } from "../service/aws.ts";
import { explainAwsError } from "../service/aws-errors.ts";
import type { Deployment } from "../service/deployment.ts";
import type { BuildLog } from "./build-log.ts";

/** A build that CodeBuild runs or ran; read with the person's own rights. */
export function cloudLog({ aws, stage }: Deployment, id: string): BuildLog {
  const logs = new CloudWatchLogsClient(aws);
  let token: string | undefined;
  let build: Build | undefined;

  async function newLines(place: NonNullable<Build["logs"]>): Promise<string[]> {
    const { groupName: logGroupName, streamName: logStreamName } = place;
    const lines: string[] = [];
    if (!logGroupName || !logStreamName) return lines;
    // Only a whole reading goes on from here: what a failed one has read is read again.
    for (let from = token; ; ) {
      const input = { logGroupName, logStreamName, startFromHead: true, nextToken: from };
      const { events = [], nextForwardToken } = await explaining(
        aws,
        stage,
        `logs:GetLogEvents on ${logGroupName}`,
        () => logs.send(new GetLogEventsCommand(input)).catch(noStreamYet),
      );
      lines.push(...events.map(({ message = "" }) => message.trimEnd()));
      // CloudWatch answers the token that it was asked with once there is nothing more.
      if (nextForwardToken === undefined || nextForwardToken === from) {
        token = from;
        return lines;
      }
      from = nextForwardToken;
    }
  }

  return {
    name: id,
    async progress() {
      [build] = await getBuilds(aws, stage, [id]);
      if (!build) throw new CliError(`CodeBuild has no build ${id} any more`);
      const { currentPhase = "", phases = [], buildComplete, buildStatus = "" } = build;
      return {
        phase: currentPhase,
        phases: phases.flatMap(({ phaseType, phaseStatus, durationInSeconds = 0 }) =>
          phaseType && phaseStatus ? [{ phase: phaseType, status: phaseStatus, seconds: durationInSeconds }] : [],
        ),
        ended: buildComplete ? { ok: buildStatus === "SUCCEEDED", how: outcomeOf(build) } : undefined,
      };
    },
    lines: async () => newLines(build?.logs ?? {}),
  };
}

/** The ID of the newest build that has ended, of that variant or of any. */
export async function lastEnded({ aws, stage }: Deployment, variant: string | undefined): Promise<string | undefined> {
  const projectName = `eks-windows-images-${stage}-build`;
  const { ids = [] } = await explaining(aws, stage, `codebuild:ListBuildsForProject on ${projectName}`, () =>
    new CodeBuildClient(aws).send(new ListBuildsForProjectCommand({ projectName, sortOrder: "DESCENDING" })),
  );
  const builds = ids.length === 0 ? [] : await getBuilds(aws, stage, ids);
  const byStart = builds.toSorted((a, b) => (b.startTime?.getTime() ?? 0) - (a.startTime?.getTime() ?? 0));
  return byStart.find((build) => build.buildComplete && (!variant || variableOf(build, "VARIANT") === variant))?.id;
}

async function getBuilds(aws: Aws, stage: string, ids: string[]): Promise<Build[]> {
  const { builds = [] } = await explaining(aws, stage, "codebuild:BatchGetBuilds on the project of the builds", () =>
    new CodeBuildClient(aws).send(new BatchGetBuildsCommand({ ids })),
  );
  return builds;
}

function outcomeOf(build: Build): string {
  const exported = (name: string) => build.exportedEnvironmentVariables?.find((one) => one.name === name)?.value;
  const [failure, image] = [exported("FAILURE_CLASS"), exported("IMAGE_ID")];
  if (failure) return `failed (${failure}): ${exported("FAILURE_CAUSE") ?? "no cause is known"}`;
  return [String(build.buildStatus).toLowerCase(), ...(image ? [image] : [])].join(": ");
}

function variableOf({ environment }: Build, name: string): string | undefined {
  return environment?.environmentVariables?.find((one) => one.name === name)?.value;
}

/** CodeBuild makes the stream when a build leaves the queue. */
function noStreamYet(error: Error): GetLogEventsCommandOutput {
  if (error.name === "ResourceNotFoundException") return { $metadata: {} };
  throw error;
}

async function explaining<T>({ region }: Aws, stage: string, action: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    const { name, message } = error as Error;
    if (name.startsWith("AccessDenied"))
      throw new CliError(`AWS does not let you read builds: ${message}`, [
        `you need ${action}`,
        "--profile names others",
      ]);
    throw explainAwsError(error as Error, { stage, region, functionName: "CodeBuild and CloudWatch Logs", action });
  }
}
