import {
  AccountLimitExceededException,
  BatchGetBuildsCommand,
  type Build as CodeBuildBuild,
  CodeBuildClient,
  InvalidInputException,
  ListBuildsForProjectCommand,
  StartBuildCommand,
} from "@aws-sdk/client-codebuild";
import { z } from "zod";
import type { BuildVariables, ExportedVariables } from "../config/build-variables.ts";
import { JsonText } from "../config/json.ts";
import { day, minute } from "../config/time.ts";
import { type BuildOrder, purposes } from "../domain/build-orders.ts";
import type { Build } from "../domain/builds.ts";
import { type Failure, FailureClass } from "../domain/failures.ts";
import { Inputs } from "../domain/inputs.ts";
import { clientSettings } from "./client-settings.ts";

const codebuild = new CodeBuildClient(clientSettings);

/** How far back the history is read, in milliseconds: subscribers are not notified of anything older. */
export const historyReach = 31 * day;
/** BatchGetBuilds' limit; ListBuildsForProject returns as many a page. */
const buildsPerPage = 100;
/** A safety limit: 1,000 builds in a month exceed any sensible use. */
const maxPages = 10;

/**
 * The project's builds, newest first, as far back as {@link historyReach}. Builds that this service did not start are
 * ignored.
 * @throws Error if CodeBuild describes fewer builds than it lists, because a running one could be started again
 */
export async function readBuilds(project: string, now: number): Promise<Build[]> {
  const builds: Build[] = [];
  let nextToken: string | undefined;
  for (let page = 0; page < maxPages; page++) {
    const list = await codebuild.send(
      new ListBuildsForProjectCommand({
        projectName: project,
        sortOrder: "DESCENDING",
        ...(nextToken && { nextToken }),
      }),
    );
    const ids = (list.ids ?? []).slice(0, buildsPerPage);
    if (ids.length === 0) return builds;
    const details = await codebuild.send(new BatchGetBuildsCommand({ ids }));
    refuseGaps(ids, details.builds ?? [], now);
    const started = (details.builds ?? []).map(({ startTime }) => startTime?.getTime() ?? now);
    builds.push(...(details.builds ?? []).flatMap((build) => fromCodeBuild(build, now) ?? []));
    nextToken = list.nextToken;
    if (!nextToken || Math.min(...started) < now - historyReach) return builds;
  }
  return builds;
}

/**
 * @throws Error if a build is left out that may still run, which is one listed before every build that started a day
 * ago
 */
function refuseGaps(ids: readonly string[], builds: readonly CodeBuildBuild[], now: number): void {
  const started = new Map(builds.map(({ id, startTime }) => [id, startTime?.getTime() ?? now]));
  const old = ids.findIndex((id) => (started.get(id) ?? now) < now - day);
  const unread = ids.slice(0, old === -1 ? ids.length : old).filter((id) => !started.has(id));
  if (unread.length > 0) throw new Error(`CodeBuild left out ${unread.join(", ")} although it lists them`);
}

/**
 * How long after reading the world an order may be carried out, in milliseconds. CodeBuild remembers a token for five
 * minutes (API reference, StartBuild): a run that saw no build and orders one later could start it twice. One minute is
 * deducted for lists that lag.
 */
export const orderLifetime = 4 * minute;

/** The result of an order: the build has started (or was under way already), or the account has no room for it now. */
export type Started = { outcome: "started"; build: string | undefined } | { outcome: "no-room"; why: string };

/** Passes an order to CodeBuild. The same order twice within five minutes is one build. */
export async function startBuild(project: string, order: BuildOrder): Promise<Started> {
  try {
    const { build } = await codebuild.send(
      new StartBuildCommand({
        projectName: project,
        idempotencyToken: order.token,
        environmentVariablesOverride: Object.entries(order.variables).map(([name, value]) => ({
          name,
          value,
          type: "PLAINTEXT",
        })),
      }),
    );
    return { outcome: "started", build: build?.id };
  } catch (error) {
    if (error instanceof AccountLimitExceededException) return { outcome: "no-room", why: error.message };
    // CodeBuild knows the token, and only parameters that are no inputs differ: the build is running.
    if (error instanceof InvalidInputException && /idempotency ?token/i.test(error.message))
      return { outcome: "started", build: undefined };
    throw error;
  }
}

const Variables = z.object({
  VARIANT: z.string().min(1),
  PURPOSE: z.enum(purposes),
  // An older version of the service may have started the build without one of today's inputs.
  INPUTS: JsonText.pipe(Inputs.partial()),
  ATTEMPT: z.coerce.number().int(),
  TOKEN: z.string(),
  IMAGE_ID: z.string().optional(),
} satisfies Partial<Record<keyof BuildVariables, z.ZodType>>);

/** A JSON array on one line. A build that exports anything else has no lines. */
const FailureLines = JsonText.pipe(z.array(z.string())).catch([]);

function fromCodeBuild(build: CodeBuildBuild, now: number): Build | undefined {
  const variables = Variables.safeParse(byName(build.environment?.environmentVariables)).data;
  if (!build.id || !variables) return undefined;
  const exported: ExportedVariables = byName(build.exportedEnvironmentVariables);
  return {
    id: build.id,
    variant: variables.VARIANT,
    purpose: variables.PURPOSE,
    inputs: variables.INPUTS,
    attempt: variables.ATTEMPT,
    token: variables.TOKEN,
    status: buildStatus(build),
    phase: build.currentPhase ?? "QUEUED",
    startedAt: build.startTime?.getTime() ?? now,
    endedAt: build.endTime?.getTime(),
    image: exported.IMAGE_ID || variables.IMAGE_ID || undefined,
    failure: failureOf(build, exported),
    log: build.logs?.deepLink,
  };
}

function buildStatus({ buildStatus }: CodeBuildBuild): Build["status"] {
  if (buildStatus === "IN_PROGRESS") return "running";
  if (buildStatus === "SUCCEEDED") return "succeeded";
  return buildStatus === "STOPPED" ? "stopped" : "failed";
}

function failureOf(build: CodeBuildBuild, exported: ExportedVariables): Failure | undefined {
  if (buildStatus(build) !== "failed") return undefined;
  const lines = FailureLines.parse(exported.FAILURE_LINES);
  if (build.buildStatus === "TIMED_OUT")
    return { class: "timed-out", cause: "the build exceeded CodeBuild's time limit", lines };
  if (build.buildStatus === "FAULT") return { class: "fault", cause: "CodeBuild itself failed", lines };
  return {
    class: FailureClass.catch(failedEarly(build) ? "fault" : "unknown").parse(exported.FAILURE_CLASS),
    cause: exported.FAILURE_CAUSE || phaseMessage(build) || "the build ended without giving a cause",
    lines,
  };
}

/** Phases before the buildspec's `build`. After their failure CodeBuild runs nothing that could export a class. */
const earlyPhases: readonly (string | undefined)[] = ["PROVISIONING", "DOWNLOAD_SOURCE", "INSTALL", "PRE_BUILD"];

function failedEarly({ phases = [] }: CodeBuildBuild): boolean {
  return phases.some(({ phaseType, phaseStatus }) => phaseStatus === "FAILED" && earlyPhases.includes(phaseType));
}

function phaseMessage(build: CodeBuildBuild): string | undefined {
  return build.phases?.flatMap(({ contexts = [] }) => contexts).find(({ message }) => message)?.message;
}

function byName(variables: { name?: string; value?: string }[] | undefined): Record<string, string> {
  return Object.fromEntries((variables ?? []).map(({ name = "", value = "" }) => [name, value]));
}
