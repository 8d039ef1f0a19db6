import type { BatchGetBuildsCommandInput, ListBuildsForProjectCommandInput } from "@aws-sdk/client-codebuild";
import { type Account, pageOf, ServiceError } from "./account.ts";

/** Builds in an answer, and IDs in a call, at most (AWS API reference). */
const longestPage = 100;

export const codebuild = {
  ListBuildsForProject({ builds }: Account, { nextToken }: ListBuildsForProjectCommandInput) {
    const { page, next } = pageOf(builds, longestPage, nextToken);
    return { ids: page.map(({ id }) => id), nextToken: next };
  },
  BatchGetBuilds({ builds }: Account, { ids = [] }: BatchGetBuildsCommandInput) {
    if (ids.length > longestPage) throw new ServiceError("InvalidInputException", "at most 100 ids");
    const asked = new Set(ids);
    return { builds: builds.filter(({ id = "" }) => asked.has(id)), buildsNotFound: [] };
  },
};
