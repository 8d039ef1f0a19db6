import { existsSync, writeFileSync } from "node:fs";
import { type BuildFailure, build } from "esbuild";
import {
  type Configuration,
  type ConfigurationInput,
  parseConfiguration,
} from "../../functions/config/configuration.ts";

/** The stack's own values for the parts of the user's `config.ts` that describe the outside world. */
export type Surroundings = Pick<
  NonNullable<ConfigurationInput["policies"]>,
  "network" | "kubernetesReleaseUrl" | "packerReleaseUrl"
> & { subscriber: string };

/**
 * Reads and parses a configuration file as it is now, with the files that it imports.
 * @throws Error when the file does not exist or is no TypeScript, and as {@link parseConfiguration} does
 */
export async function readConfiguration(file: string): Promise<Configuration> {
  if (!existsSync(file)) throw new Error(`reading the configuration: ${file} does not exist`);
  const { config } = await exportsOf(file);
  if (config === undefined) throw new Error(`reading the configuration: ${file} exports no "config"`);
  return parseConfiguration(config);
}

/** Node loads each module only once, so what may have changed meanwhile is imported as a text. */
async function exportsOf(file: string): Promise<{ config?: unknown }> {
  const { outputFiles } = await build({
    entryPoints: [file],
    bundle: true,
    write: false,
    platform: "node",
    format: "esm",
    logLevel: "silent",
  }).catch((error: BuildFailure) => {
    const { text, location } = error.errors[0] ?? { text: error.message, location: null };
    const where = location ? `${location.file}:${location.line}: ` : "";
    throw new Error(`reading the configuration: ${where}${text}`);
  });
  const [bundle] = outputFiles;
  return import(`data:text/javascript;base64,${Buffer.from(bundle?.contents ?? []).toString("base64")}`);
}

/**
 * Writes `file`, which replaces `config.ts` in every bundle: the user's configuration with the stack's surroundings
 * laid over it, as if the user had edited it.
 * @returns the parsed result
 * @throws Error as {@link readConfiguration} does
 */
export async function writeLocalConfiguration(
  file: string,
  usersFile: string,
  { subscriber, ...policies }: Surroundings,
): Promise<Configuration> {
  writeFileSync(
    file,
    [
      `import { config as users } from ${JSON.stringify(usersFile)};`,
      "export const config = {",
      "  ...users,",
      `  policies: { ...users.policies, ...${JSON.stringify(policies)} },`,
      `  subscribers: [...(users.subscribers ?? []), ${JSON.stringify({ protocol: "sqs", endpoint: subscriber })}],`,
      "};",
      "",
    ].join("\n"),
  );
  return readConfiguration(file);
}
