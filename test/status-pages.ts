import { parseQuery } from "../functions/api/http.ts";
import { statusOf } from "../functions/api/status.ts";
import { answerRoom, queryExamples, type StatusPart, StatusQuery } from "../functions/api/status-part.ts";
import type { World } from "../functions/domain/world.ts";

/** What `GET /` answers. */
export function pageOf(world: World, page: Partial<StatusPart> = {}) {
  return statusOf(world, "/channels", undefined, { images: "all", room: answerRoom, ...page });
}

/** The pages that a caller gets who follows `next`. */
export function pagesOf(world: World, page: Partial<StatusPart> = {}) {
  const pages = [pageOf(world, page)];
  for (let next = pages[0]?.next; next; next = pages.at(-1)?.next)
    pages.push(pageOf(world, { ...page, ...asked(next) }));
  return pages;
}

function asked(path: string) {
  const queryStringParameters = Object.fromEntries(new URL(path, "https://example.com").searchParams);
  return parseQuery({ queryStringParameters } as never, StatusQuery, queryExamples);
}
