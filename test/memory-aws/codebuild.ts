import type {
  BatchGetBuildsCommandInput,
  Build,
  ListBuildsForProjectCommandInput,
  StartBuildCommandInput,
} from "@aws-sdk/client-codebuild";
import { sha256 } from "../../functions/domain/inputs.ts";
import { minute } from "../world.ts";
import { type Account, pageOf, ServiceError } from "./account.ts";

/** Builds in an answer, and IDs in a call, at most (AWS API reference). */
const longestPage = 100;

/** How long CodeBuild remembers an idempotency token (AWS API reference, StartBuild). */
const tokenLifetime = 5 * minute;

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
  StartBuild(account: Account, input: StartBuildCommandInput) {
    const { idempotencyToken = "", projectName, environmentVariablesOverride } = input;
    const parameters = JSON.stringify(environmentVariablesOverride);
    const known = account.starts.get(idempotencyToken);
    if (known && account.now() - known.at < tokenLifetime) {
      if (known.parameters === parameters) return { build: known.build };
      throw new ServiceError("InvalidInputException", "Idempotency token is in use with other parameters.");
    }
    if (account.builds.filter(({ buildStatus }) => buildStatus === "IN_PROGRESS").length >= account.room)
      throw new ServiceError("AccountLimitExceededException", "Cannot have more than the builds in queue");
    const build: Build = {
      id: `${projectName}:${sha256(`${idempotencyToken} ${account.now()}`).slice(0, 32)}`,
      projectName,
      buildStatus: "IN_PROGRESS",
      currentPhase: "QUEUED",
      startTime: new Date(account.now()),
      buildComplete: false,
      environment: {
        type: "LINUX_CONTAINER",
        image: "aws/codebuild/standard:7.0",
        computeType: "BUILD_GENERAL1_SMALL",
        environmentVariables: environmentVariablesOverride,
      },
    };
    account.starts.set(idempotencyToken, { at: account.now(), parameters, build });
    account.builds = [build, ...account.builds];
    return { build };
  },
};
