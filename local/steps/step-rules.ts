import type { Machine } from "../model/machine.ts";
import { type StepResponse, silentResponse } from "./step-response.ts";

/**
 * Replaces parts of a step's response: a test injects its failure this way. Parts that the rule leaves out stay as
 * without it. If several rules match, the newest applies.
 */
export type Rule = {
  /** A script's name without `.ps1`, `boot` or `restart`. */
  step: string | RegExp;
  /** Restricts the rule to certain machines. */
  when?: (machine: Machine) => boolean;
  /** How often the rule applies; always if absent. */
  times?: number;
} & Partial<StepResponse>;

export type StepRules = {
  /** Adds a rule and returns a function that removes it. */
  behave: (rule: Rule) => () => void;
  /** @param run runs the step as without rules; not called if a rule prevents the step from succeeding */
  responseTo: (
    step: string,
    machine: Machine,
    run: () => StepResponse | Promise<StepResponse>,
  ) => Promise<StepResponse>;
  /** Whether a rule keeps the machine from coming up. */
  staysDown: (why: "boot" | "restart", machine: Machine) => boolean;
};

export function createStepRules(): StepRules {
  const rules: { rule: Rule; left: number }[] = [];

  function behave(rule: Rule): () => void {
    const entry = { rule, left: rule.times ?? Number.POSITIVE_INFINITY };
    rules.unshift(entry);
    return () => {
      if (rules.includes(entry)) rules.splice(rules.indexOf(entry), 1);
    };
  }

  async function responseTo(
    step: string,
    machine: Machine,
    run: () => StepResponse | Promise<StepResponse>,
  ): Promise<StepResponse> {
    const wanted = takeRule(step, machine);
    const failed = wanted.exitCode !== undefined && wanted.exitCode !== 0 && wanted.exitCode !== 3010;
    const prevented = failed || wanted.hang || wanted.dropConnection;
    return { ...(prevented ? silentResponse : await run()), ...wanted };
  }

  function staysDown(why: "boot" | "restart", machine: Machine): boolean {
    return takeRule(why, machine).hang === true;
  }

  function takeRule(step: string, machine: Machine): Partial<StepResponse> {
    const entry = rules.find(({ rule, left }) => left > 0 && matches(rule, step, machine));
    if (!entry) return {};
    entry.left -= 1;
    const { step: _step, when: _when, times: _times, ...wanted } = entry.rule;
    return wanted;
  }

  return { behave, responseTo, staysDown };
}

function matches(rule: Rule, step: string, machine: Machine): boolean {
  const named = typeof rule.step === "string" ? rule.step === step : rule.step.test(step);
  return named && (rule.when?.(machine) ?? true);
}
