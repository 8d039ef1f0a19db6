import { randomUUID } from "node:crypto";
import type { Build } from "./build.ts";
import { mergeVariables, type Project } from "./project.ts";
import type { Operation, Parameters } from "./requests.ts";
import { ServiceError } from "./service-error.ts";

/** CodeBuild remembers an idempotency token for five minutes. */
const tokenMilliseconds = 5 * 60_000;
const buildsPerPage = 100;

export type Service = {
  [O in Operation]: (parameters: Parameters<O>) => unknown;
} & { builds(): readonly Build[] };

export type Surroundings = {
  region: string;
  now: () => Date;
  /** The address of a build's log. */
  logLink: (build: number) => string;
  begin: (build: Build) => void;
  stop: (build: Build) => void;
};

/** Holds projects and builds and answers the API. The worker runs the builds. */
export function createService({ region, now, logLink, begin, stop }: Surroundings): Service {
  const projects = new Map<string, Project>();
  const builds: Build[] = [];
  const tokens = new Map<string, { parameters: string; build: Build; at: number }>();

  return {
    builds: () => builds,

    CreateProject(wanted) {
      if (projects.has(wanted.name))
        throw new ServiceError("ResourceAlreadyExistsException", `Project already exists: ${wanted.name}`);
      const account = wanted.serviceRole.split(":")[4];
      const arn = `arn:aws:codebuild:${region}:${account}:project/${wanted.name}`;
      const project = { ...wanted, arn, created: now(), lastModified: now() };
      projects.set(wanted.name, project);
      return { project };
    },

    /** As its one caller, a deployment, this names every field. Builds that were ordered before keep what they had. */
    UpdateProject(wanted) {
      const project = { ...projectNamed(wanted.name), ...wanted, lastModified: now() };
      projects.set(wanted.name, project);
      return { project };
    },

    BatchGetProjects({ names }) {
      const found = names.map((name) => ({ name, project: projects.get(name.split(":project/").at(-1) ?? "") }));
      return {
        projects: found.flatMap(({ project }) => project ?? []),
        projectsNotFound: found.filter(({ project }) => !project).map(({ name }) => name),
      };
    },

    StartBuild(parameters) {
      const project = projectNamed(parameters.projectName);
      const { idempotencyToken: token, ...rest } = parameters;
      const same = token ? startedWith(token, JSON.stringify(rest)) : undefined;
      if (same) return { build: same };
      const running = builds.filter(({ projectName, buildComplete }) => projectName === project.name && !buildComplete);
      if (project.concurrentBuildLimit !== undefined && running.length >= project.concurrentBuildLimit)
        throw new ServiceError(
          "AccountLimitExceededException",
          `Cannot have more than ${project.concurrentBuildLimit} builds in progress for the project`,
        );
      const build = newBuild(project, parameters);
      builds.push(build);
      if (token) tokens.set(token, { parameters: JSON.stringify(rest), build, at: now().getTime() });
      begin(build);
      return { build };
    },

    BatchGetBuilds({ ids }) {
      const found = ids.map((id) => ({ id, build: findBuild(id) }));
      return {
        builds: found.flatMap(({ build }) => build ?? []),
        buildsNotFound: found.filter(({ build }) => !build).map(({ id }) => id),
      };
    },

    ListBuildsForProject({ projectName, sortOrder, nextToken = "0" }) {
      const project = projectNamed(projectName);
      const ids = builds.filter((build) => build.projectName === project.name).map(({ id }) => id);
      if (sortOrder === "DESCENDING") ids.reverse();
      const end = Number(nextToken) + buildsPerPage;
      return { ids: ids.slice(Number(nextToken), end), ...(end < ids.length && { nextToken: String(end) }) };
    },

    StopBuild({ id }) {
      const build = findBuild(id);
      if (!build) throw new ServiceError("ResourceNotFoundException", `Build ${id} cannot be found`);
      if (!build.buildComplete) stop(build);
      return { build };
    },
  };

  function projectNamed(name: string): Project {
    const project = projects.get(name.split(":project/").at(-1) ?? "");
    if (!project) throw new ServiceError("ResourceNotFoundException", `Project cannot be found: ${name}`);
    return project;
  }

  function findBuild(idOrArn: string): Build | undefined {
    return builds.find(({ id, arn }) => id === idOrArn || arn === idOrArn);
  }

  function startedWith(token: string, parameters: string): Build | undefined {
    const earlier = tokens.get(token);
    if (!earlier || now().getTime() - earlier.at >= tokenMilliseconds) return undefined;
    if (earlier.parameters === parameters) return earlier.build;
    throw new ServiceError("InvalidInputException", "The idempotencyToken was used before with other parameters");
  }

  function newBuild(project: Project, parameters: Parameters<"StartBuild">): Build {
    const { name: projectName, source, sourceVersion, environment, serviceRole, queuedTimeoutInMinutes } = project;
    const uuid = randomUUID();
    const account = serviceRole.split(":")[4];
    return {
      id: `${projectName}:${uuid}`,
      arn: `arn:aws:codebuild:${region}:${account}:build/${projectName}:${uuid}`,
      buildNumber: builds.filter((build) => build.projectName === projectName).length + 1,
      projectName,
      initiator: "local",
      startTime: now(),
      currentPhase: "SUBMITTED",
      buildStatus: "IN_PROGRESS",
      buildComplete: false,
      phases: [],
      source,
      sourceVersion,
      environment: {
        ...environment,
        environmentVariables: mergeVariables(environment.environmentVariables, parameters.environmentVariablesOverride),
      },
      exportedEnvironmentVariables: [],
      serviceRole,
      timeoutInMinutes: parameters.timeoutInMinutesOverride ?? project.timeoutInMinutes,
      queuedTimeoutInMinutes,
      logs: { groupName: `/aws/codebuild/${projectName}`, streamName: uuid, deepLink: logLink(builds.length + 1) },
    };
  }
}
