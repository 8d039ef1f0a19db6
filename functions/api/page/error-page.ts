import * as z from "zod";
import { JsonText } from "../../config/json.ts";
import type { Answer, Call } from "../http.ts";
import { pageAnswer, prefersPage } from "./answer.ts";
import { document } from "./document.ts";
import { html } from "./html.ts";

const Refused = JsonText.pipe(z.object({ error: z.string(), allowed: z.unknown() }));

/** A middleware that makes a page of an error's JSON for a caller who prefers HTML. To be used before what makes the JSON. */
export function errorPages() {
  return {
    onError(request: { event: Call; response: Answer | null }) {
      const { event, response } = request;
      if (response && event.requestContext?.http?.method === "GET" && prefersPage(event))
        request.response = pageAnswer(response.statusCode ?? 500, errorPage(response.body ?? ""));
    },
  };
}

/** The page of an error that is JSON of the shape `{ error, allowed }`, or any text. */
export function errorPage(body: string): string {
  const { error = body, allowed } = Refused.safeParse(body).data ?? {};
  return document({
    title: "No answer",
    place: "no answer",
    content: html`
<p class="verdict bad">${error}</p>
${allowed !== undefined && html`<h2>What there is</h2><pre role="group" tabindex="0" aria-label="What there is">${JSON.stringify(allowed, null, 2)}</pre>`}
<p><a href="./">All variants</a></p>`,
  });
}
