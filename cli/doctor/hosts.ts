import { BatchGetBuildsCommand, type Build, ListBuildsForProjectCommand } from "@aws-sdk/client-codebuild";
import { clip } from "../../functions/config/clip.ts";
import type { Check } from "./check.ts";
import { NotDeployed } from "./failed-checks.ts";
import { type Findings, type Line, linesOf } from "./lines.ts";

const findings = {
  "hosts-answer": { mark: "✓", means: "The newest build has downloaded Packer and its plugin." },
  "hosts-silent": {
    mark: "✗",
    means: "The newest build failed because it could not download Packer or its plugin.",
    remedy: "Give builds a way to policies.packerReleaseUrl, or mirror it (docs/operations.md).",
  },
  "hosts-undecided": {
    mark: "?",
    means: "The newest build has not come as far, or failed before it downloaded anything.",
    remedy: "Wait for a build, or look at this one's log.",
  },
  "hosts-unknown": {
    mark: "?",
    means: "Nobody can tell from here what CodeBuild's network reaches: not known before the first build.",
    remedy: "Wait for the first build; it starts within a quarter of an hour after the deployment.",
  },
} as const satisfies Findings;

const line = linesOf(findings);

export const hostsCheck: Check = {
  name: "hosts",
  about: "Whether builds reach Packer's hosts, from the newest build",
  findings,
  onLocalStack: false,
  async run({ clients: { codebuild }, named, configuration }) {
    const projectName = named("build");
    const { ids: [id] = [] } = await codebuild
      .send(new ListBuildsForProjectCommand({ projectName, sortOrder: "DESCENDING" }))
      .catch((error: Error) => {
        if (error.name !== "ResourceNotFoundException") throw error;
        throw new NotDeployed(`not deployed yet: there is no project ${projectName}`);
      });
    const { builds: [newest] = [] } = id ? await codebuild.send(new BatchGetBuildsCommand({ ids: [id] })) : {};
    return [judgeHosts(newest, configuration.policies.packerReleaseUrl)];
  },
};

/** What the newest build says about the host of Packer's releases. */
export function judgeHosts(build: Build | undefined, host: string): Line {
  if (!build) return line("hosts-unknown", `${host}: not known before the first build`);
  const { id = "", buildStatus, exportedEnvironmentVariables = [], environment } = build;
  const exported = new Map(exportedEnvironmentVariables.map(({ name, value }) => [name, value ?? ""]));
  const cause = exported.get("FAILURE_CAUSE") ?? "";
  // Of a build before the last deployment the host may have been another.
  const asked = environment?.environmentVariables?.find(({ name }) => name === "PACKER_RELEASE_URL")?.value ?? host;
  const about = `${id}, the newest build`;
  if (cause.includes(`${asked}/packer`)) return line("hosts-silent", `${about}: ${clip(cause, 300)}`);
  if (buildStatus === "SUCCEEDED" || hasRunPacker(exported.get("FAILURE_CLASS")))
    return line("hosts-answer", `${asked} answered ${about}`);
  return line(
    "hosts-undecided",
    `${about}, is ${(buildStatus ?? "of unknown state").toLowerCase().replaceAll("_", " ")}`,
  );
}

/** Failures that only a build with Packer and its plugin meets. */
function hasRunPacker(failure: string | undefined): boolean {
  return ["capacity", "updates", "provision", "test", "sysprep", "proof", "unproved", "refused"].includes(
    failure ?? "",
  );
}
