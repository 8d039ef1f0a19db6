import {
  BatchGetBuildsCommand,
  type Build as CodeBuildBuild,
  ListBuildsForProjectCommand,
} from "@aws-sdk/client-codebuild";
import * as z from "zod";
import type { BuildVariables, ExportedVariables } from "../config/build-variables.ts";
import { JsonText } from "../config/json.ts";
import { day, hour } from "../config/time.ts";
import { purposes } from "../domain/build-orders.ts";
import type { Build } from "../domain/builds.ts";
import { Inputs } from "../domain/inputs.ts";
import { buildStatus, failureOf } from "./build-results.ts";
import { codebuild } from "./codebuild-client.ts";

/** How far back the history is read, in milliseconds: subscribers are not notified of anything older. */
export const historyReach = 31 * day;
/** BatchGetBuilds' limit; ListBuildsForProject returns as many a page. */
const buildsPerPage = 100;

/**
 * It is assumed that CodeBuild, which documents nothing about it, changes an ended build no more, and shows all of it this
 * long after its end, in milliseconds.
 */
const shownWithin = hour;

/** A build of the history. */
interface KnownBuild {
  startedAt: number;
  /** Nothing about it changes any more. */
  isFinal: boolean;
  /** Undefined if this service did not start it. */
  build: Build | undefined;
}

/**
 * The history as this process has read it last, by ID: only builds that are not final are described again. Which builds
 * there are is always read.
 */
let known: ReadonlyMap<string, KnownBuild> = new Map();

/**
 * The project's builds, newest first, as far back as {@link historyReach}. Builds that this service did not start are
 * ignored.
 * @throws Error if CodeBuild describes fewer builds than it lists, because a running one could be started again
 */
export async function readBuilds(project: string, now: number): Promise<Build[]> {
  return (await readHistory(project, now, { reach: historyReach, pages: Number.POSITIVE_INFINITY })).builds;
}

/** How long CodeBuild keeps a build, in milliseconds (CodeBuild user guide, "Builds"). */
const remembered = 365 * day;
/** At most 2,000 builds, so that reading them takes seconds. */
const pagesOfHistory = 20;

/**
 * The project's builds, newest first, as far back as CodeBuild remembers or 20 pages reach.
 * @returns the builds, and since when none is left out, in milliseconds since the epoch
 * @throws Error as {@link readBuilds}
 */
export async function readBuildHistory(project: string, now: number): Promise<{ builds: Build[]; since: number }> {
  const { builds, end } = await readHistory(project, now, { reach: remembered, pages: pagesOfHistory });
  return { builds, since: Math.max(end, now - remembered) };
}

/** @returns the builds, and the start of the last one that was read; 0 if it was the last of all */
async function readHistory(
  project: string,
  now: number,
  { reach, pages }: { reach: number; pages: number },
): Promise<{ builds: Build[]; end: number }> {
  const history = new Map<string, KnownBuild>();
  let nextToken: string | undefined;
  let left = pages;
  let end = 0;
  do {
    const list = await codebuild.send(
      new ListBuildsForProjectCommand({
        projectName: project,
        sortOrder: "DESCENDING",
        ...(nextToken && { nextToken }),
      }),
    );
    const page = await describe((list.ids ?? []).slice(0, buildsPerPage), now);
    for (const [id, build] of page) history.set(id, build);
    const starts = [...page.values()].map(({ startedAt }) => startedAt);
    left -= 1;
    const isFarEnough = left === 0 || starts.some((startedAt) => startedAt < now - reach);
    end = isFarEnough && list.nextToken ? Math.min(...starts) : 0;
    nextToken = isFarEnough ? undefined : list.nextToken;
  } while (nextToken);
  known = history;
  return { builds: [...history.values()].flatMap(({ build }) => build ?? []), end };
}

async function describe(ids: readonly string[], now: number): Promise<Map<string, KnownBuild>> {
  const asked = ids.filter((id) => !known.get(id)?.isFinal);
  const { builds = [] } = asked.length > 0 ? await codebuild.send(new BatchGetBuildsCommand({ ids: asked })) : {};
  const answered = new Map(builds.map((build) => [build.id, knownBuild(build, now)]));
  const page = new Map(
    ids.flatMap((id): [string, KnownBuild][] => {
      const build = asked.includes(id) ? answered.get(id) : known.get(id);
      return build ? [[id, build]] : [];
    }),
  );
  refuseGaps(ids, page, now);
  return page;
}

function knownBuild(build: CodeBuildBuild, now: number): KnownBuild {
  const { startTime, endTime, buildStatus } = build;
  const hasEnded = buildStatus !== "IN_PROGRESS" && endTime !== undefined && endTime.getTime() < now - shownWithin;
  return {
    startedAt: startTime?.getTime() ?? now,
    isFinal: startTime !== undefined && hasEnded,
    build: fromCodeBuild(build, now),
  };
}

/**
 * @throws Error if a build is left out that may still run, which is one listed before every build that started a day
 * ago
 */
function refuseGaps(ids: readonly string[], page: ReadonlyMap<string, KnownBuild>, now: number): void {
  const old = ids.findIndex((id) => (page.get(id)?.startedAt ?? now) < now - day);
  const unread = ids.slice(0, old === -1 ? ids.length : old).filter((id) => !page.has(id));
  if (unread.length > 0) throw new Error(`CodeBuild left out ${unread.join(", ")} although it lists them`);
}

const Variables = z.object({
  VARIANT: z.string().min(1),
  PURPOSE: z.enum(purposes),
  // An older version of the service may have started the build without one of today's inputs.
  INPUTS: JsonText.pipe(Inputs.partial()),
  ATTEMPT: z.coerce.number().int().min(1),
  TOKEN: z.string(),
  IMAGE_ID: z.string().optional(),
  PLACE: JsonText.pipe(z.object({ name: z.string() })).optional(),
} satisfies Partial<Record<keyof BuildVariables, z.ZodType>>);

function fromCodeBuild(build: CodeBuildBuild, now: number): Build | undefined {
  const variables = Variables.safeParse(byName(build.environment?.environmentVariables)).data;
  if (!build.id || !variables) return undefined;
  const exported: ExportedVariables = byName(build.exportedEnvironmentVariables);
  return {
    id: build.id,
    variant: variables.VARIANT,
    place: variables.PLACE?.name,
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

function byName(variables: { name?: string; value?: string }[] | undefined): Record<string, string> {
  return Object.fromEntries((variables ?? []).map(({ name = "", value = "" }) => [name, value]));
}
