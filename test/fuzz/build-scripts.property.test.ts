import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { buildVariables } from "../../functions/config/build-variables.ts";
import { parseConfiguration } from "../../functions/config/configuration.ts";
import { type BuildWish, orderBuild } from "../../functions/domain/build-orders.ts";
import { openWorkshop } from "../buildspec/workshop.ts";
import { cases } from "../depth.ts";
import { assertProperty, hostileText, orHostile } from "./hostile.ts";

const shellText = hostileText.map(clean);
const configuration = parseConfiguration({ variants: [{ windows: 2022, kubernetes: "1.35" }] });
const [variant] = configuration.variants;

/** An order whose inputs and reasons are hostile. */
const order = fc
  .record({
    purpose: fc.constantFrom("build", "prove", "harvest"),
    inputs: fc.record({
      baseAmi: shellText,
      kubernetes: shellText,
      patchTuesday: shellText,
      recipe: shellText,
      settings: shellText,
      request: shellText,
    }),
    image: shellText,
    reasons: fc.array(shellText, { maxLength: 3 }),
    baseReleased: shellText,
  })
  .map((wish) => {
    const all = { variant, attempt: 1, madeInAttempt: 1, harvestSource: undefined, ...wish } as BuildWish;
    const context = {
      stage: "test",
      recipe: "a".repeat(64),
      harvestRecipe: "b".repeat(64),
      configuration,
      images: new Map(),
    };
    return orderBuild(all, context).variables;
  });

/** What bash takes for a control character. The service's mails take others for one, too. */
const asciiControls = /(?=[\p{ASCII}])\p{Cc}/u;

/** How many inputs one process of bash tries. */
const perProcess = 200;

/**
 * Runs commands of bash, as CodeBuild's shell does, once for each set of variables, each time in a subshell with an own
 * directory.
 * @returns the directories, each with what the commands have written
 */
async function inShells(commands: string, all: Record<string, string>[]): Promise<string[]> {
  const { run, directory, variables } = openWorkshop();
  const files = all.map((values, index) => {
    const exports = Object.entries({ ...variables, RUN_DIR: join(directory, `run-${index}`), ...values });
    return exports.map(([name, value]) => `${name}=${value}\0`).join("");
  });
  // An empty text ends a set. The values get into the environment without a shell that reads them as code.
  writeFileSync(join(directory, "inputs"), files.map((set) => `${set}\0`).join(""));
  const script = `
    while IFS= read -r -d '' value; do
      if [[ -n "$value" ]]; then export "$value"; continue; fi
      mkdir -p "$RUN_DIR"
      ( ${commands} ) >>"$RUN_DIR/log" 2>&1
    done <"$0"`;
  const { code, output } = await run(["-c", script, join(directory, "inputs")]);
  expect(code, output).toBe(0);
  expect(readdirSync(directory, { recursive: true }).filter((path) => String(path).endsWith("pwned"))).toEqual([]);
  return all.map((_, index) => join(directory, `run-${index}`));
}

async function inBatches<T>(input: fc.Arbitrary<T>, check: (batch: T[]) => Promise<void>): Promise<void> {
  const length = Math.min(perProcess, cases(50, 2_000));
  const batch = fc.array(input, { minLength: length, maxLength: length });
  await assertProperty(fc.asyncProperty(batch, check), {
    numRuns: Math.ceil(cases(50, 2_000) / length),
    endOnFailure: true,
  });
}

describe("the variables of an order, whatever is in them,", () => {
  test("have the names of the fixed list and reach Packer's file byte for byte", () =>
    inBatches(order, async (orders) => {
      for (const variables of orders)
        expect(Object.keys(variables).filter((name) => !buildVariables.some((one) => one === name))).toEqual([]);

      const directories = await inShells(
        ". buildspec/write-variables.sh",
        orders.map((variables) => ({ ...variables })),
      );

      for (const [index, directory] of directories.entries())
        expect(readFileSync(join(directory, "variables.json"), "utf8")).toBe(orders[index]?.PACKER_VARIABLES);
    }));

  const environment = fc.record({
    PURPOSE: orHostile("build", "prove", "harvest").map(clean),
    TOKEN: orHostile("ab".repeat(32)).map(clean),
    IDENTITY: orHostile("cd".repeat(32)).map(clean),
    IMAGE_ID: orHostile("ami-0123456789abcdef0").map(clean),
    BUCKET: orHostile("artifacts").map(clean),
    RECIPE: shellText,
    INPUTS: shellText,
    REASONS: shellText,
    PACKER_VARIABLES: shellText,
  });

  test("run nothing, and what is wrong with them is the build's cause, on one line", async () => {
    const { phases } = parse(readFileSync(new URL("../../buildspec/build.yml", import.meta.url), "utf8"));
    const exports = [...phases.post_build.commands, 'printf %s "$FAILURE_CAUSE" >"$RUN_DIR/exported"'].join("\n");
    await inBatches(environment, async (environments) => {
      const directories = await inShells(
        `mkdir -p "$RUN_DIR/outcome"; ( . buildspec/build.sh ); ${exports}`,
        environments,
      );

      for (const directory of directories) {
        const outcome = (name: string) => readFileSync(join(directory, "outcome", name), "utf8");
        expect(outcome("FAILURE_CLASS")).toMatch(/^(unknown|recipe)$/);
        expect(outcome("FAILURE_CAUSE")).toMatch(/^.{1,500}$/su);
        expect(outcome("FAILURE_CAUSE")).not.toMatch(asciiControls);
        expect(readFileSync(join(directory, "exported"), "utf8")).toBe(outcome("FAILURE_CAUSE"));
      }
    });
  });
});

/** An environment can hold no NUL, CodeBuild's JSON no half of a character, and CodeBuild's variables 5,500 characters. */
function clean(text: string): string {
  return text.replaceAll("\u0000", "").slice(0, 1_000).toWellFormed();
}
