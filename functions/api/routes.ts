import type { Context } from "aws-lambda";
import * as z from "zod";
import pinned from "../../packer/versions.json" with { type: "json" };
import type { Configuration } from "../config/configuration.ts";
import { Versions } from "../config/versions.ts";
import type { ImageWorld } from "../domain/world.ts";
import { adopt } from "./adopt.ts";
import { examplesFor, HoldBody, ImageBody, PauseBody, RebuildBody, RollbackBody, RolloutBody } from "./bodies.ts";
import { decideHold, decideRelease, holdableFleets } from "./hold-decisions.ts";
import { type Answer, answer, type Call, parseBody, parseQuery, refusal } from "./http.ts";
import { type ApiContext, intervene, type Remaining } from "./intervene.ts";
import { type Caller, type Decision, decideApprove, decideRevoke, decideUnrevoke } from "./interventions.ts";
import { pageAnswer, prefersPage } from "./page/answer.ts";
import { statusPageAnswer } from "./page/status-page.ts";
import { timelinePage } from "./page/timeline-page.ts";
import { pause } from "./pause.ts";
import { decidePause, decideResume, pausableVariants } from "./pause-decisions.ts";
import { planOf } from "./plan.ts";
import { rebuild } from "./rebuild.ts";
import { ReportQuery, report, reportExamples } from "./report.ts";
import { decideRollback } from "./rollback.ts";
import { rollout } from "./rollout.ts";
import { statusOf } from "./status.ts";
import { answerRoom, queryExamples, StatusQuery } from "./status-part.ts";
import { readTimeline, TimelineQuery } from "./timeline.ts";

const versions = Versions.parse(pinned);

type Handler = (call: Call, lambda: Context) => Promise<Answer>;

interface Route {
  method: "GET" | "POST";
  path: string;
  handler: Handler;
}

/** What each call does. */
export function routesOf(context: ApiContext & { configuration: Configuration }): Route[] {
  const { configuration } = context;
  const { variants, fleets } = configuration;
  const examples = examplesFor(
    variants.map(({ name }) => name),
    fleets.map(({ name }) => name),
  );

  async function getStatus(call: Call, lambda: Remaining): Promise<Answer> {
    const asked = parseQuery(call, StatusQuery, queryExamples);
    const world = await context.observe(lambda);
    const read = (room: number) => statusOf(world, context.environment.CHANNELS_PREFIX, versions, { ...asked, room });
    return prefersPage(call)
      ? statusPageAnswer(read, { policies: configuration.policies, ...asked })
      : answer(200, read(answerRoom), { Vary: "Accept" });
  }

  async function getTimeline(call: Call): Promise<Answer> {
    const asked = parseQuery(call, TimelineQuery, { variant: variants.map(({ name }) => name).join(" | ") });
    const timeline = await readTimeline(context, asked.variant);
    return prefersPage(call) ? pageAnswer(200, timelinePage(timeline)) : answer(200, timeline, { Vary: "Accept" });
  }

  async function getPlan(call: Call, lambda: Remaining): Promise<Answer> {
    parseQuery(call, z.strictObject({}), {});
    return answer(200, planOf(await context.observe(lambda)));
  }

  async function getReport(call: Call): Promise<Answer> {
    return report(context, parseQuery(call, ReportQuery, reportExamples));
  }

  /** The handler of a call that decides about an image. */
  function intervention<Body extends { reason: string; dryRun: boolean }>(
    what: string,
    schema: z.ZodType<Body>,
    example: unknown,
    decide: (world: ImageWorld, body: Body, caller: Caller) => Decision,
  ): Handler {
    return async (call, lambda) =>
      intervene(context, { what, body: parseBody(call, schema, example), call, lambda, decide });
  }

  /** The handler of a call that pauses or resumes. */
  function pausing(what: "pause" | "resume", decide: typeof decidePause): Handler {
    return async (call, lambda) =>
      pause(context, {
        what,
        of: pausableVariants,
        body: parseBody(call, PauseBody, examples.pause),
        call,
        lambda,
        decide: (pauses, ...rest) => decide({ configuration, pauses }, ...rest),
      });
  }

  /** The handler of a call that holds or releases a fleet. */
  function holding(what: "hold" | "release", decide: typeof decideHold): Handler {
    return async (call, lambda) =>
      pause(context, {
        what,
        of: holdableFleets,
        body: parseBody(call, HoldBody, examples.hold),
        call,
        lambda,
        decide: (holds, ...rest) => decide({ configuration, holds }, ...rest),
      });
  }

  const approve = intervention("approve", ImageBody, examples.image, decideApprove);
  const postRebuild: Handler = async (call, lambda) =>
    rebuild(context, parseBody(call, RebuildBody, examples.rebuild), { call, lambda });
  const postRollout: Handler = async (call, lambda) =>
    rollout(context, { body: parseBody(call, RolloutBody, examples.rollout), call, lambda });
  const postAdopt: Handler = async (call) => adopt(context, parseBody(call, ImageBody, examples.image), call);

  return [
    { method: "GET", path: "/", handler: getStatus },
    { method: "GET", path: "/plan", handler: getPlan },
    { method: "GET", path: "/timeline", handler: getTimeline },
    { method: "GET", path: "/report", handler: getReport },
    { method: "POST", path: "/rebuild", handler: postRebuild },
    { method: "POST", path: "/adopt", handler: postAdopt },
    { method: "POST", path: "/approve", handler: approve },
    // The former name of /approve.
    { method: "POST", path: "/promote", handler: approve },
    {
      method: "POST",
      path: "/rollback",
      handler: intervention("rollback", RollbackBody, examples.rollback, decideRollback),
    },
    { method: "POST", path: "/revoke", handler: intervention("revoke", ImageBody, examples.image, decideRevoke) },
    { method: "POST", path: "/unrevoke", handler: intervention("unrevoke", ImageBody, examples.image, decideUnrevoke) },
    { method: "POST", path: "/pause", handler: pausing("pause", decidePause) },
    { method: "POST", path: "/resume", handler: pausing("resume", decideResume) },
    { method: "POST", path: "/rollout", handler: postRollout },
    { method: "POST", path: "/hold", handler: holding("hold", decideHold) },
    { method: "POST", path: "/release", handler: holding("release", decideRelease) },
  ];
}

/** @throws a refusal that names what there is */
export function refuseRoute(routes: readonly Route[], { method, path }: { method: string; path: string }): never {
  const allowed = routes.map((route) => `${route.method} ${route.path}`);
  const methods = routes.filter((route) => route.path === path).map((route) => route.method);
  if (methods.length > 0) throw refusal(405, `${path} does not take ${method || "an empty method"}`, methods);
  throw refusal(404, path ? `there is no ${path}` : "the path is empty", allowed);
}
