import { parseConfiguration } from "../../functions/config/configuration.ts";

/** How a value gets to its place: into a field or an entry, and beside the fields that choose the shape of a union. */
export type Step = { key: string | number } | { beside: Record<string, unknown> };

/** A text that no field takes. */
const wrong = "\u0001";

/** What the service says is allowed for a text, because a wrong one is there; undefined if it takes any. */
export function allowedAt(steps: readonly Step[]): string | undefined {
  const keys = steps.flatMap((step) => ("key" in step ? [step.key] : []));
  const field = keys.map((key) => (typeof key === "number" ? `[${key}]` : `.${key}`)).join("");
  const said = errorsIn(configurationWith(steps))
    .map((line) => line.trim())
    .find((line) => line.startsWith(`${field.slice(1)} is `));
  return /; allowed: (.*)$/.exec(said ?? "")?.[1];
}

function configurationWith(steps: readonly Step[]): unknown {
  return steps.reduceRight<unknown>((value, step) => {
    if ("beside" in step) return { ...step.beside, ...(value as object) };
    return typeof step.key === "number" ? [value] : { [step.key]: value };
  }, wrong);
}

function errorsIn(configuration: unknown): string[] {
  try {
    parseConfiguration(configuration);
    return [];
  } catch (error) {
    return (error as Error).message.split("\n");
  }
}
