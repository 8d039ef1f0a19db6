import { existsSync, writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
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
 * Reads and parses a configuration file.
 * @throws Error when the file does not exist, and as {@link parseConfiguration} does
 */
export async function readConfiguration(file: string): Promise<Configuration> {
  if (!existsSync(file)) throw new Error(`reading the configuration: ${file} does not exist`);
  const { config } = (await import(pathToFileURL(file).href)) as { config?: unknown };
  if (config === undefined) throw new Error(`reading the configuration: ${file} exports no "config"`);
  return parseConfiguration(config);
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
