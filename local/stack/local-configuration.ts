import { existsSync, writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import {
  type Configuration,
  type ConfigurationInput,
  parseConfiguration,
} from "../../functions/config/configuration.ts";

/** What a stack puts in the place of what the user's `config.ts` says about the world around it. */
export type Surroundings = Pick<
  NonNullable<ConfigurationInput["policies"]>,
  "network" | "kubernetesReleaseUrl" | "packerReleaseUrl"
> & { subscriber: string };

/**
 * What a configuration file says.
 * @throws Error when there is no such file, or as {@link parseConfiguration} does
 */
export async function readConfiguration(file: string): Promise<Configuration> {
  if (!existsSync(file)) throw new Error(`reading the configuration: there is no file ${file}`);
  const { config } = (await import(pathToFileURL(file).href)) as { config?: unknown };
  if (config === undefined) throw new Error(`reading the configuration: ${file} exports no "config"`);
  return parseConfiguration(config);
}

/**
 * Writes `file`, which stands in for `config.ts` in everything that is bundled: the user's own with the stack's surroundings laid
 * over it, just as if the user had edited it.
 * @returns what it says
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
