import type { Installation } from "./installation.ts";
import type { Machine } from "./machine.ts";

/** How a step ends on a machine. */
export type Response = {
  exitCode: number;
  stdout: string;
  stderr: string;
  /** Files that exist in the guest once the step has run. */
  files: Record<string, string | Buffer>;
  /** What is different in Windows then; nothing of it if the step fails. */
  changes: Partial<Installation>;
  /** Lines the step writes to the serial port (EC2's console output). */
  console: string[];
  /** The step never ends; `boot` and `restart`: the machine never comes up. */
  hang: boolean;
  /** The connection breaks while the step runs. */
  dropConnection: boolean;
  /** The machine stops its own instance after the step (sysprep). */
  stopsItself: boolean;
};

/**
 * What a test wants to go differently. `step`: a script's name, or `boot` or `restart`. `times`: so often, then as before; else always.
 * What the rule leaves out stays as on a healthy machine. Of several rules that fit, the youngest counts.
 */
export type Rule = {
  step: string | RegExp;
  when?: (machine: Machine) => boolean;
  times?: number;
} & Partial<Response>;

export type Behaviour = {
  behave: (rule: Rule) => () => void;
  /** @param healthy what the step does without a rule: done only if no rule keeps the step from its end */
  responseTo: (step: string, machine: Machine, healthy: () => Response | Promise<Response>) => Promise<Response>;
  /** Whether a rule lets the machine never come up. */
  staysDown: (why: "boot" | "restart", machine: Machine) => boolean;
};

/** A step that says nothing and changes nothing. */
export const QUIET: Response = {
  exitCode: 0,
  stdout: "",
  stderr: "",
  files: {},
  changes: {},
  console: [],
  hang: false,
  dropConnection: false,
  stopsItself: false,
};

export function createBehaviour(): Behaviour {
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
    healthy: () => Response | Promise<Response>,
  ): Promise<Response> {
    const wanted = wantedOf(step, machine);
    const failed = wanted.exitCode !== undefined && wanted.exitCode !== 0 && wanted.exitCode !== 3010;
    const prevented = failed || wanted.hang || wanted.dropConnection;
    return { ...(prevented ? QUIET : await healthy()), ...wanted };
  }

  function staysDown(why: "boot" | "restart", machine: Machine): boolean {
    return wantedOf(why, machine).hang === true;
  }

  function wantedOf(step: string, machine: Machine): Partial<Response> {
    const entry = rules.find(({ rule, left }) => left > 0 && fits(rule, step, machine));
    if (!entry) return {};
    entry.left -= 1;
    const { step: _step, when: _when, times: _times, ...wanted } = entry.rule;
    return wanted;
  }

  return { behave, responseTo, staysDown };
}

/** Puts on the machine what a step leaves there. */
export function leave(machine: Machine, { console, files, changes, hang, dropConnection }: Response): void {
  machine.console.push(...console);
  if (hang || dropConnection) return;
  for (const [path, content] of Object.entries(files)) machine.files.write(path, content);
  Object.assign(machine.installation, changes);
}

function fits(rule: Rule, step: string, machine: Machine): boolean {
  const named = typeof rule.step === "string" ? rule.step === step : rule.step.test(step);
  return named && (rule.when?.(machine) ?? true);
}
