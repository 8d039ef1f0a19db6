import { GetParametersCommand } from "@aws-sdk/client-ssm";
import { chunk } from "es-toolkit";
import type { Variant } from "../../functions/config/variant.ts";
import { baseParameterOf, harvestParameterOf } from "../../functions/domain/upstream.ts";
import { count } from "../terminal/text.ts";
import type { Check } from "./check.ts";
import { type Findings, type Line, linesOf } from "./lines.ts";

const findings = {
  "parameter-there": { mark: "✓", means: "AWS's public parameters have an image for these variants." },
  "parameter-missing": {
    mark: "✗",
    means: "AWS has no such image in this Region: the variant can never be built.",
    remedy: "Change the variant's windows, edition, kubernetes or base in config.ts.",
  },
  "parameter-strange": {
    mark: "✗",
    means: "The public parameter holds something else than the ID of an image.",
    remedy: "Look at the parameter with aws ssm get-parameter. Builds wait until it holds an image.",
  },
} as const satisfies Findings;

const line = linesOf(findings);

/** Names in one call of GetParameters (AWS API reference). */
const maxNames = 10;

/** A public parameter and the variants that are made from its image. */
interface Source {
  parameter: string;
  variants: string[];
}

export const sourcesCheck: Check = {
  name: "sources",
  about: "AWS's public parameters that the variants are made from",
  findings,
  onLocalStack: true,
  async run({ clients: { ssm }, configuration, region }) {
    const sources = sourcesOf(configuration.variants);
    const names = sources.map(({ parameter }) => parameter);
    const answers = await Promise.all(
      chunk(names, maxNames).map((Names) => ssm.send(new GetParametersCommand({ Names }))),
    );
    const found = answers.flatMap(({ Parameters = [] }) => Parameters);
    return judgeSources(sources, new Map(found.map(({ Name = "", Value = "" }) => [Name, Value])), await region());
  },
};

export function sourcesOf(variants: readonly Variant[]): Source[] {
  const uses = variants.flatMap((variant) =>
    [baseParameterOf(variant), harvestParameterOf(variant) ?? []].flat().map((parameter) => ({ parameter, variant })),
  );
  return [...Map.groupBy(uses, ({ parameter }) => parameter)].map(([parameter, of]) => ({
    parameter,
    variants: of.map(({ variant }) => variant.name),
  }));
}

/** @param values of the parameters that exist, by name */
export function judgeSources(sources: readonly Source[], values: ReadonlyMap<string, string>, region: string): Line[] {
  const wrong = sources.flatMap(({ parameter, variants }) => {
    const value = values.get(parameter);
    if (value === undefined)
      return line("parameter-missing", `${parameter} does not exist in ${region}: ${variants.join(", ")}`);
    if (!/^ami-[a-f0-9]{8,17}$/.test(value))
      return line("parameter-strange", `${parameter} holds no image ID: ${variants.join(", ")}`);
    return [];
  });
  const right = sources.length - wrong.length;
  return [
    ...(right > 0
      ? [line("parameter-there", `${right} of ${count(sources.length, "public parameter")} with an image`)]
      : []),
    ...wrong,
  ];
}
