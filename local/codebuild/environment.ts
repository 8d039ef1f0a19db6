import { mkdir, rm, symlink } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Credentials } from "../aws/role-credentials.ts";
import type { Build } from "./build.ts";

const clockShims = fileURLToPath(new URL("../clock/bin", import.meta.url));
const clockPreload = new URL("../clock/preload.mjs", import.meta.url).href;

/** The installed tools that a build can use. */
export type BuildTools = {
  packer: string;
  pluginPath: string;
  aws: string;
};

/** The machine that builds run on, in place of CodeBuild's image. */
export type Machine = {
  emulatorUrl: string;
  region: string;
  /** The file that holds the stack's clock. */
  clockFile: string;
  tools: BuildTools;
  /** Holds the stack's own programs; {@link prepareMachine} creates it. */
  bin: string;
  extraEnv: Record<string, string>;
};

/** Links Packer into a directory of its own, so that the programs beside it do not get on the PATH. */
export async function prepareMachine({ bin, tools }: Machine): Promise<void> {
  await mkdir(bin, { recursive: true });
  await rm(join(bin, "packer"), { force: true });
  await symlink(tools.packer, join(bin, "packer"));
}

/** The initial environment of a build's shell. Nothing comes from the environment of this process. */
export function buildEnvironment(
  machine: Machine,
  build: Build,
  credentials: Required<Credentials>,
  place: { source: string; home: string; temporary: string; runtimes: string },
): Record<string, string> {
  const { emulatorUrl, region, clockFile, tools, bin } = machine;
  const path = [clockShims, bin, tools.aws, place.runtimes, "/usr/local/bin", "/usr/bin", "/bin"];
  return {
    PATH: path.join(":"),
    HOME: place.home,
    TMPDIR: place.temporary,
    LANG: "C.UTF-8",
    USER: "root",
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    AWS_SESSION_TOKEN: credentials.sessionToken,
    AWS_ENDPOINT_URL: emulatorUrl,
    AWS_EC2_METADATA_DISABLED: "true",
    AWS_PAGER: "",
    PACKER_PLUGIN_PATH: tools.pluginPath,
    STACK_CLOCK: clockFile,
    NODE_OPTIONS: `--import=${clockPreload}`,
    ...machine.extraEnv,
    ...Object.fromEntries(build.environment.environmentVariables.map(({ name, value }) => [name, value])),
    CODEBUILD_BUILD_ARN: build.arn,
    CODEBUILD_BUILD_ID: build.id,
    CODEBUILD_BUILD_IMAGE: build.environment.image,
    CODEBUILD_BUILD_NUMBER: String(build.buildNumber),
    CODEBUILD_BUILD_SUCCEEDING: "1",
    CODEBUILD_CI: "true",
    CODEBUILD_INITIATOR: build.initiator,
    CODEBUILD_LOG_PATH: build.logs.streamName,
    CODEBUILD_SOURCE_REPO_URL: build.source.location,
    CODEBUILD_SRC_DIR: place.source,
    CODEBUILD_START_TIME: String(build.startTime.getTime()),
    CI: "true",
  };
}
