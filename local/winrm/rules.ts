import type { Machine } from "./machine.ts";
import type { Output } from "./soap.ts";

/** How a script ends on a machine. */
export type Ending = Output & {
  /** Files that appear on the machine besides those that its Windows writes. */
  files: Record<string, string | Buffer>;
  /** Lines that are printed on the serial port (EC2's console output). */
  console: string[];
  /** The script never ends. For `boot` and `restart`: the machine never comes up. */
  hang: boolean;
  /** The connection breaks while the script runs. */
  dropConnection: boolean;
  /** The machine answers what no WinRM client understands while the script runs. */
  garbage: boolean;
  /** Nothing that the script leaves for later runs, so the machine does not stop itself. */
  staysOn: boolean;
};

/**
 * Replaces parts of how a script ends: a test injects its failure this way. Parts that the rule leaves out stay as
 * without it. If several rules match, the newest applies.
 */
export type Rule = {
  /** A script's name without `.ps1`, `boot` or `restart`. */
  step: string | RegExp;
  /** Restricts the rule to certain machines. */
  when?: (machine: Machine) => boolean;
  /** How often the rule applies; always if absent. */
  times?: number;
  /** For `boot`: how many times as long as usual the start takes, as Windows tells; nobody waits for it. */
  pace?: number;
} & Partial<Ending>;

export type Rules = {
  /** Adds a rule and returns a function that removes it. */
  behave: (rule: Rule) => () => void;
  /** @param run runs the script as without rules; not called if a rule prevents the script from succeeding */
  endingOf: (step: string, machine: Machine, run: () => Promise<Output>) => Promise<Ending>;
  /** Whether a rule keeps the machine from coming up, and its pace if one has said so. */
  startOf: (why: "boot" | "restart", machine: Machine) => { staysDown: boolean; pace: number | undefined };
};

/** A script that succeeds and prints nothing. */
const silent: Ending = {
  exitCode: 0,
  stdout: "",
  stderr: "",
  files: {},
  console: [],
  hang: false,
  dropConnection: false,
  garbage: false,
  staysOn: false,
};

export function createRules(): Rules {
  const rules: { rule: Rule; left: number }[] = [];

  function behave(rule: Rule): () => void {
    const entry = { rule, left: rule.times ?? Number.POSITIVE_INFINITY };
    rules.unshift(entry);
    return () => {
      if (rules.includes(entry)) rules.splice(rules.indexOf(entry), 1);
    };
  }

  async function endingOf(step: string, machine: Machine, run: () => Promise<Output>): Promise<Ending> {
    const { pace: _pace, ...wanted } = takeRule(step, machine);
    const failed = wanted.exitCode !== undefined && wanted.exitCode !== 0 && wanted.exitCode !== 3010;
    const prevented = failed || wanted.hang || wanted.dropConnection || wanted.garbage;
    return { ...silent, ...(prevented ? {} : await run()), ...wanted };
  }

  function startOf(why: "boot" | "restart", machine: Machine): { staysDown: boolean; pace: number | undefined } {
    const { hang, pace } = takeRule(why, machine);
    return { staysDown: hang === true, pace };
  }

  function takeRule(step: string, machine: Machine): Partial<Ending> & Pick<Rule, "pace"> {
    const entry = rules.find(({ rule, left }) => left > 0 && matches(rule, step, machine));
    if (!entry) return {};
    entry.left -= 1;
    const { step: _step, when: _when, times: _times, ...wanted } = entry.rule;
    return wanted;
  }

  return { behave, endingOf, startOf };
}

function matches(rule: Rule, step: string, machine: Machine): boolean {
  const named = typeof rule.step === "string" ? rule.step === step : rule.step.test(step);
  return named && (rule.when?.(machine) ?? true);
}
