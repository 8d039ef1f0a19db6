import { cpSync, existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type CodeBuildClient, CreateProjectCommand } from "@aws-sdk/client-codebuild";
import { PutObjectCommand, type S3Client } from "@aws-sdk/client-s3";
import { zipSync } from "fflate";
import { recipeFiles } from "../../infra/recipe.ts";
import type { Emulator } from "../../local/aws/emulator.ts";
import type { Agent } from "../../local/codebuild/agent.ts";
import type { Build } from "../../local/codebuild/build.ts";
import { untilDone } from "../standstill.ts";

export const root = fileURLToPath(new URL("../..", import.meta.url));
export const bucket = "artifacts";

/**
 * Copies the recipe and changes some of its files.
 * @param changed texts by path
 * @returns `dir`
 */
export function copySource(changed: Record<string, string>, dir: string): string {
  for (const folder of ["packer", "buildspec"]) cpSync(join(root, folder), join(dir, folder), { recursive: true });
  for (const [path, text] of Object.entries(changed)) writeFileSync(join(dir, path), text);
  return dir;
}

/** Uploads the recipe to where CodeBuild finds it. */
export async function putSource(s3: S3Client, source: string, name: string): Promise<void> {
  const files = Object.fromEntries(recipeFiles(source).map((path) => [path, readFileSync(join(source, path))]));
  await s3.send(new PutObjectCommand({ Bucket: bucket, Key: `source/${name}.zip`, Body: zipSync(files) }));
}

export async function createProject(codebuild: CodeBuildClient, name: string, { accountId }: Emulator): Promise<void> {
  await codebuild.send(
    new CreateProjectCommand({
      name,
      source: { type: "S3", location: `${bucket}/source/${name}.zip`, buildspec: "buildspec/build.yml" },
      artifacts: { type: "NO_ARTIFACTS" },
      environment: {
        type: "LINUX_CONTAINER",
        image: "aws/codebuild/amazonlinux-x86_64-standard:5.0",
        computeType: "BUILD_GENERAL1_SMALL",
      },
      serviceRole: `arn:aws:iam::${accountId}:role/build`,
    }),
  );
}

/**
 * Waits for the end of a build, whether it succeeds or not.
 * @param calls the build's calls of AWS so far; Packer's polling goes on while its log is silent
 * @throws Error if the build makes no progress for minutes
 */
export function ended(agent: Agent, id: string, calls: () => Promise<unknown[]>): Promise<Build> {
  const completed = new Promise<Build>((resolve) => {
    const forget = agent.onChange((build) => {
      if (build.id !== id || build.currentPhase !== "COMPLETED") return;
      forget();
      resolve(build);
    });
  });

  async function progress(): Promise<string> {
    const build = agent.builds().find((each) => each.id === id);
    const log = build && agent.logFile(build);
    const bytes = log && existsSync(log) ? statSync(log).size : 0;
    return `${build?.currentPhase}, ${bytes} bytes of log, ${(await calls()).length} calls`;
  }

  return untilDone(`build ${id}`, completed, progress);
}
