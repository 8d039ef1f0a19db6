import * as z from "zod";
import { Refusal } from "../reference/openapi/answers/interventions.ts";
import { calls } from "../reference/openapi/calls.ts";

/** A call and what it was answered. */
interface Answered {
  method: string;
  /** With its query, if it has one. */
  path: string;
  status: number;
  body: string;
  /** The media type; JSON if left out. */
  type?: string;
}

/** @throws Error if {@link whyUndocumented} says something */
export function checkAnswer(answered: Answered): void {
  const why = whyUndocumented(answered);
  if (why) throw new Error(why);
}

const json = "application/json";

/** What is wrong if the reference has no such answer, or says something else about it. */
export function whyUndocumented({ method, path, status, body, type = json }: Answered): string | undefined {
  const [route = ""] = path.split("?");
  const schema = schemaOf({ method, route, status, type });
  if (!schema) return `the reference has no answer ${status} with ${type} of ${method} ${route}`;
  const { error } = schema.safeParse(type === json ? JSON.parse(body) : body);
  return error && `${method} ${route} answered ${status}, and not as documented: ${z.prettifyError(error)}`;
}

function schemaOf({ method, route, status, type }: Record<"method" | "route" | "type", string> & { status: number }) {
  const ofPath = calls.filter((call) => call.path === route);
  const call = ofPath.find((one) => one.method === method);
  // The router refuses what is no call.
  if (!call) return status === (ofPath.length > 0 ? 405 : 404) ? Refusal : undefined;
  return call.answers.find((answer) => answer.status === status)?.content[type];
}
