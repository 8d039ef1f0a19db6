import * as z from "zod";
import { HoldBody, ImageBody, PauseBody, RebuildBody, RollbackBody, RolloutBody } from "../../functions/api/bodies.ts";
import { ReportQuery } from "../../functions/api/report.ts";
import { StatusQuery } from "../../functions/api/status-part.ts";
import { TimelineQuery } from "../../functions/api/timeline.ts";
import { Adopted, Decided, Failure, Holds, Pauses, Rebuilt, Refusal, RolledOut } from "./answers/interventions.ts";
import { Plan } from "./answers/plan.ts";
import { ImageReport } from "./answers/report.ts";
import { Status } from "./answers/status.ts";
import { Timeline } from "./answers/timeline.ts";

/** A call of the API. */
export interface DocumentedCall {
  method: "GET" | "POST";
  path: string;
  /** A name that generated clients give it. */
  name: string;
  summary: string;
  /** Where the schema of a query or a body is, so that its comments become descriptions. */
  query?: Parsed;
  body?: Parsed;
  answers: DocumentedAnswer[];
  deprecated?: true;
}

/** A schema that the handler parses, the file that exports it, and its name there. */
export interface Parsed {
  schema: z.ZodObject;
  file: string;
  name: string;
}

export interface DocumentedAnswer {
  status: 200 | 202 | 400 | 404 | 409 | 422 | 500 | 503;
  description: string;
  /** By media type. */
  content: Record<string, z.ZodType>;
}

const inBodies = (name: string, schema: z.ZodObject) => ({ schema, file: "functions/api/bodies.ts", name });
const image = inBodies("ImageBody", ImageBody);
const pause = inBodies("PauseBody", PauseBody);
const hold = inBodies("HoldBody", HoldBody);

function json(status: DocumentedAnswer["status"], description: string, schema: z.ZodType): DocumentedAnswer {
  return { status, description, content: { "application/json": schema } };
}

/** JSON, or a page for whoever prefers HTML. */
function page(status: DocumentedAnswer["status"], description: string, schema: z.ZodType): DocumentedAnswer {
  return { status, description, content: { "application/json": schema, "text/html": z.string() } };
}

/** What a call that changes something answers: as a dry run, done, and refused. */
function decided(schema: z.ZodType, refused: readonly DocumentedAnswer[]): DocumentedAnswer[] {
  return [
    json(200, "A dry run: nothing was written.", schema),
    json(202, "Written; a reconcile run follows.", schema),
    Wrong,
    ...refused,
    Failed,
  ];
}

/** The answers that calls have in common, by the name of the component. */
export const commonAnswers = {
  Wrong: json(400, "The query or the body is wrong.", Refusal),
  Missing: json(404, "There is no such variant, image or fleet.", Refusal),
  Conflict: json(409, "What is there now speaks against it.", Refusal),
  Unreadable: json(503, "What the call needs cannot be read now.", Refusal),
  Failed: json(500, "The function failed; its log says why.", Failure),
};
const { Wrong, Missing, Conflict, Unreadable, Failed } = commonAnswers;
/** What a call that reads records may be refused for. */
const mayConflict = [Missing, Conflict, Unreadable];

/** Every call that `routesOf` has (functions/api/routes.ts). A new one needs an entry here and its answers' schemas. */
export const calls: DocumentedCall[] = [
  {
    method: "GET",
    path: "/",
    name: "status",
    summary: "The state of every variant and fleet, with reasons",
    query: { schema: StatusQuery, file: "functions/api/status-part.ts", name: "StatusQuery" },
    answers: [page(200, "All variants, or those that fit.", Status), Wrong, Missing, Failed],
  },
  {
    method: "GET",
    path: "/plan",
    name: "plan",
    summary: "What the next reconcile run does and does not do, with reasons",
    answers: [json(200, "The plan.", Plan), Wrong, Failed],
  },
  {
    method: "GET",
    path: "/timeline",
    name: "timeline",
    summary: "What AWS remembers of a variant: builds, channels and images",
    query: { schema: TimelineQuery, file: "functions/api/timeline.ts", name: "TimelineQuery" },
    answers: [page(200, "Newest first.", Timeline), Wrong, Missing, Failed],
  },
  {
    method: "GET",
    path: "/report",
    name: "report",
    summary: "What a build found inside its image, and the proof of it",
    query: { schema: ReportQuery, file: "functions/api/report.ts", name: "ReportQuery" },
    answers: [
      json(200, "The report.", ImageReport),
      Wrong,
      Missing,
      json(422, "The report is too large, or no JSON.", Refusal),
      Unreadable,
      Failed,
    ],
  },
  {
    method: "POST",
    path: "/rebuild",
    name: "rebuild",
    summary: "Requests a build of a variant",
    body: inBodies("RebuildBody", RebuildBody),
    answers: decided(Rebuilt, [Missing]),
  },
  {
    method: "POST",
    path: "/adopt",
    name: "adopt",
    summary: "Records what the tags of an image from before records claim",
    body: image,
    answers: decided(Adopted, mayConflict),
  },
  {
    method: "POST",
    path: "/approve",
    name: "approve",
    summary: "Approves an image for stable, and lets channels have it if it starts slowly",
    body: image,
    answers: decided(Decided, mayConflict),
  },
  {
    method: "POST",
    path: "/promote",
    name: "promote",
    summary: "The former name of /approve",
    body: image,
    answers: decided(Decided, mayConflict),
    deprecated: true,
  },
  {
    method: "POST",
    path: "/rollback",
    name: "rollback",
    summary: "Revokes what a channel holds, so that it goes back",
    body: inBodies("RollbackBody", RollbackBody),
    answers: decided(Decided, mayConflict),
  },
  {
    method: "POST",
    path: "/revoke",
    name: "revoke",
    summary: "Takes an image out of every channel for good",
    body: image,
    answers: decided(Decided, [Missing]),
  },
  {
    method: "POST",
    path: "/unrevoke",
    name: "unrevoke",
    summary: "Takes a revocation back",
    body: image,
    answers: decided(Decided, mayConflict),
  },
  {
    method: "POST",
    path: "/pause",
    name: "pause",
    summary: "Stops what the service does about a variant, or about everything",
    body: pause,
    answers: decided(Pauses, [Missing]),
  },
  {
    method: "POST",
    path: "/resume",
    name: "resume",
    summary: "Ends a pause",
    body: pause,
    answers: decided(Pauses, [Missing, Conflict]),
  },
  {
    method: "POST",
    path: "/rollout",
    name: "rollout",
    summary: "Rolls out now what a fleet's channel holds",
    body: inBodies("RolloutBody", RolloutBody),
    answers: decided(RolledOut, mayConflict),
  },
  {
    method: "POST",
    path: "/hold",
    name: "hold",
    summary: "Leaves a fleet as it is",
    body: hold,
    answers: decided(Holds, [Missing]),
  },
  {
    method: "POST",
    path: "/release",
    name: "release",
    summary: "Ends the hold of a fleet, or lets the service go on after somebody else has changed its group",
    body: hold,
    answers: decided(Holds, [Missing]),
  },
];
