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
import { JsonText } from "../config/json.ts";
import { day, minute } from "../config/time.ts";
import type { BuildOrder } from "../domain/build-orders.ts";
import { type Failure, FailureClass } from "../domain/failures.ts";
import { Inputs, type RecordedInputs } from "../domain/inputs.ts";
import { type Purpose, purposes } from "../domain/purposes.ts";

const codebuild = new CodeBuildClient({});

/** One CodeBuild run of ours. */
export interface Build {
  id: string;
  variant: string;
  purpose: Purpose;
  inputs: RecordedInputs;
  attempt: number;
  /** The order's hash: idempotency token and correlation ID. */
  token: string;
  status: "running" | "succeeded" | "failed" | "stopped";
  /** CodeBuild's own name of where it stands, `BUILD` … */
  phase: string;
  /** Milliseconds since the epoch. */
  startedAt: number;
  endedAt: number | undefined;
  /** The image it made, or was asked to prove or to harvest from. */
  image: string | undefined;
  /** Only of failed ones. */
  failure: Failure | undefined;
  /** Link to the log, for people. */
  log: string | undefined;
}

/** What a look at the history must reach back to: facts older than this are not announced any more. */
export const historyReach = 31 * day;
/** BatchGetBuilds' own limit; ListBuildsForProject returns as many a page. */
const buildsPerPage = 100;
/** A safety catch: 1,000 builds in a month is far beyond any use. */
const mostPages = 10;

/**
 * The project's builds, newest first, as far back as {@link historyReach}. Builds that the service did not start are passed over.
 * @throws Error where CodeBuild tells of fewer than it lists: one that runs would be started again
 */
export async function readBuilds(project: string, now: number): Promise<Build[]> {
  const builds: Build[] = [];
  let nextToken: string | undefined;
  for (let page = 0; page < mostPages; page++) {
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

/** @throws Error where a build is left out that may still run: it is listed before all that started a day ago */
function refuseGaps(ids: readonly string[], builds: readonly CodeBuildBuild[], now: number): void {
  const started = new Map(builds.map(({ id, startTime }) => [id, startTime?.getTime() ?? now]));
  const old = ids.findIndex((id) => (started.get(id) ?? now) < now - day);
  const unread = ids.slice(0, old === -1 ? ids.length : old).filter((id) => !started.has(id));
  if (unread.length > 0) throw new Error(`CodeBuild left out ${unread.join(", ")} though it lists them`);
}

/**
 * Milliseconds from the look at the world until which an order may be carried out. CodeBuild knows a token for five minutes (API reference of
 * StartBuild): whoever has seen no build and starts it later than that might start it a second time. A minute is for lists that lag.
 */
export const orderLifetime = 4 * minute;

/** What became of an order: started (or already under way), or no room in the account right now. */
export type Started = { outcome: "started"; build: string | undefined } | { outcome: "no-room"; why: string };

/** Hands an order to CodeBuild. The same order twice within five minutes is one build. */
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
    // The token is there already, its parameters differ in something that is no input: the build runs.
    if (error instanceof InvalidInputException && /idempotency ?token/i.test(error.message))
      return { outcome: "started", build: undefined };
    throw error;
  }
}

const Variables = z.object({
  VARIANT: z.string().min(1),
  PURPOSE: z.enum(purposes),
  // A build of an older version of the service may lack an input; it is one of ours all the same.
  INPUTS: JsonText.pipe(Inputs.partial()),
  ATTEMPT: z.coerce.number().int(),
  TOKEN: z.string(),
  IMAGE_ID: z.string().optional(),
});

/** A JSON array on one line: a build that says nothing, or something else, has no lines. */
const FailureLines = JsonText.pipe(z.array(z.string())).catch([]);

function fromCodeBuild(build: CodeBuildBuild, now: number): Build | undefined {
  const variables = Variables.safeParse(named(build.environment?.environmentVariables)).data;
  if (!build.id || !variables) return undefined;
  const exported = named(build.exportedEnvironmentVariables);
  return {
    id: build.id,
    variant: variables.VARIANT,
    purpose: variables.PURPOSE,
    inputs: variables.INPUTS,
    attempt: variables.ATTEMPT,
    token: variables.TOKEN,
    status: statusOf(build),
    phase: build.currentPhase ?? "QUEUED",
    startedAt: build.startTime?.getTime() ?? now,
    endedAt: build.endTime?.getTime(),
    image: exported.IMAGE_ID || variables.IMAGE_ID || undefined,
    failure: failureOf(build, exported),
    log: build.logs?.deepLink,
  };
}

function statusOf({ buildStatus }: CodeBuildBuild): Build["status"] {
  if (buildStatus === "IN_PROGRESS") return "running";
  if (buildStatus === "SUCCEEDED") return "succeeded";
  return buildStatus === "STOPPED" ? "stopped" : "failed";
}

function failureOf(build: CodeBuildBuild, exported: Record<string, string>): Failure | undefined {
  if (statusOf(build) !== "failed") return undefined;
  const lines = FailureLines.parse(exported.FAILURE_LINES);
  if (build.buildStatus === "TIMED_OUT")
    return { class: "timed-out", cause: "CodeBuild's time for the build ran out", lines };
  if (build.buildStatus === "FAULT") return { class: "fault", cause: "CodeBuild itself failed", lines };
  return {
    class: FailureClass.catch("unknown").parse(exported.FAILURE_CLASS),
    cause: exported.FAILURE_CAUSE || phaseMessage(build) || "the build ended without saying why",
    lines,
  };
}

function phaseMessage(build: CodeBuildBuild): string | undefined {
  return build.phases?.flatMap(({ contexts = [] }) => contexts).find(({ message }) => message)?.message;
}

function named(variables: { name?: string; value?: string }[] | undefined): Record<string, string> {
  return Object.fromEntries((variables ?? []).map(({ name = "", value = "" }) => [name, value]));
}
