import type { Installation } from "./installation.ts";
import type { Machine } from "./machine.ts";

/** How a step ends on a machine. */
export type Response = {
  exitCode: number;
  stdout: string;
  stderr: string;
  /** Files that exist in the guest once the step has run. */
  files: Record<string, string>;
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
  responseTo: (step: string, machine: Machine, healthy: Response) => Response;
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

  function responseTo(step: string, machine: Machine, healthy: Response): Response {
    const entry = rules.find(({ rule, left }) => left > 0 && fits(rule, step, machine));
    if (!entry) return healthy;
    entry.left -= 1;
    const { step: _step, when: _when, times: _times, ...wanted } = entry.rule;
    const failed = wanted.exitCode !== undefined && wanted.exitCode !== 0 && wanted.exitCode !== 3010;
    return { ...healthy, ...(failed ? { stopsItself: false, changes: {} } : {}), ...wanted };
  }

  return { behave, responseTo };
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
