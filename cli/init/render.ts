import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { ConfigurationInput } from "../../functions/config/configuration.ts";
import type { OfferedVariant } from "../../functions/config/known-images.ts";

/** What init finds out from a person, from options or by itself. */
export interface Answers {
  variants: readonly OfferedVariant[];
  network: NonNullable<NonNullable<ConfigurationInput["policies"]>["network"]>;
  /** Mail addresses. */
  subscribers: readonly string[];
  operators: readonly string[];
  /** Whether the Region has function URLs. */
  functionUrl: boolean;
}

/** Those of the config.ts that this repository ships. */
export const shippedAnswers: Answers = {
  variants: [{ windows: 2022, edition: "Core", kubernetes: "1.35" }],
  network: { kind: "public" },
  subscribers: [],
  operators: [],
  functionUrl: true,
};

/** The configuration that answers mean: the shipped one with these values. */
export function configurationOf({ variants, network, subscribers, operators, functionUrl }: Answers) {
  return {
    variants: variants.map(({ windows, edition, kubernetes }) => ({
      windows,
      edition,
      kubernetes,
      base: "EKS_Optimized",
      containerImages: [
        `mcr.microsoft.com/windows/servercore:ltsc${windows}`,
        `mcr.microsoft.com/windows/nanoserver:ltsc${windows}`,
      ],
    })),
    policies: {
      soak: "24h",
      minInterval: "20h",
      network,
      ...(functionUrl ? {} : { functionUrl }),
    },
    subscribers: subscribers.map(byMail),
    operators: operators.map(byMail),
  } satisfies ConfigurationInput;
}

function byMail(endpoint: string) {
  return { protocol: "email" as const, endpoint };
}

/** The text of config.ts, formatted like the rest of the repository. */
export function renderConfig(answers: Answers): string {
  const { variants, policies, subscribers, operators } = configurationOf(answers);
  // A line break after an opening brace tells the formatter to keep one property a line.
  return formatted(`import type { ConfigurationInput } from "./functions/config/configuration.ts";

/**
 * The only file to edit: which images exist, how they are made, and who is notified. Data only. docs/configuration.md
 * has every field with its default and what is allowed.
 */
export const config: ConfigurationInput = {
  variants: [${variants.map(spread).join(", ")}],
  policies: ${spread(policies)},
  subscribers: ${JSON.stringify(subscribers)},
  operators: ${JSON.stringify(operators)},
};
`);
}

function spread(fields: object): string {
  const lines = Object.entries(fields).map(([key, value]) => `${key}: ${JSON.stringify(value)},`);
  return `{\n${lines.join("\n")}\n}`;
}

/** As Biome formats it with the repository's own settings. */
function formatted(text: string): string {
  const root = fileURLToPath(new URL("../..", import.meta.url));
  const biome = fileURLToPath(new URL("../../node_modules/@biomejs/biome/bin/biome", import.meta.url));
  const args = [biome, "format", "--stdin-file-path=config.ts", "--colors=off"];
  const { status, stdout, stderr, error } = spawnSync(process.execPath, args, {
    cwd: root,
    input: text,
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`formatting config.ts: ${error?.message ?? stderr}. Run npm ci first`);
  return stdout;
}
