import { type Configuration, parseConfiguration } from "../functions/config/configuration.ts";
import { CliError, usageError } from "./cli-error.ts";
import type { Context } from "./context.ts";
import type { Deployment, Where } from "./service/deployment.ts";
import { createTerminal, type Terminal } from "./terminal/terminal.ts";

/** The options that every command has, as the command line gives them. */
export interface SharedOptions {
  stage: string | undefined;
  region: string | undefined;
  profile: string | undefined;
  url: string | undefined;
  local: boolean;
  json: boolean;
}

/** What a command works with. */
export interface Session {
  /** With what the environment says where the command line says nothing. */
  options: Where & { json: boolean };
  context: Context;
  terminal: Terminal;
  /** The deployment that the options name, looked for when first asked for. */
  deployment(): Promise<Deployment>;
  /** @throws CliError if config.ts cannot be used */
  configuration(): Promise<Configuration>;
}

export function startSession(context: Context, given: SharedOptions): Session {
  const { EKS_WINDOWS_IMAGES_STAGE: stage, EKS_WINDOWS_IMAGES_URL: url } = context.environment;
  const options = { ...given, stage: given.stage ?? (stage || "production"), url: given.url ?? (url || undefined) };
  const terminal = createTerminal(context, options.json);
  let deployment: Promise<Deployment> | undefined;
  return {
    options,
    context,
    terminal,
    async deployment() {
      if (!given.local && given.stage !== undefined && given.url === undefined && options.url !== undefined)
        throw usageError(
          `--stage ${given.stage} and EKS_WINDOWS_IMAGES_URL (${options.url}) may name two deployments`,
          "--url names the function URL of that stage",
          "without EKS_WINDOWS_IMAGES_URL, Lambda is asked for it",
        );
      deployment ??= terminal.progress("Looking for the deployment", () =>
        context.connect(options, { readConfig: context.readConfig, warn: terminal.warn }),
      );
      return deployment;
    },
    async configuration() {
      const config = await context.readConfig();
      try {
        return parseConfiguration(config);
      } catch (error) {
        throw new CliError((error as Error).message);
      }
    },
  };
}
