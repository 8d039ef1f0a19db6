import { variableOf } from "../codebuild/build.ts";
import type { LogLine } from "../lambda/function.ts";
import type { Notification } from "../stack/inbox.ts";
import type { Called, Stage } from "./stage.ts";

export type Say = (line: string) => void;

/** The line with which Packer begins one of our scripts. */
const provisioned = /Provisioning with powershell script: .*?([\w-]+)\.ps1/;

/** How much is told. */
export interface Telling {
  /** A line about what a function has logged; undefined if it is not worth one. */
  decision(record: LogLine["record"]): string | undefined;
  /** The lines about a notification. */
  mail(notification: Notification): string[];
}

const usualTelling: Telling = { decision: lineOf, mail: ({ text }) => text.split("\n").filter(Boolean) };

/**
 * Reports calls, steps, decisions, builds and notifications as they happen. Returns a function that ends the reports.
 */
export function narrate(
  { stack, calls }: Pick<Stage, "stack" | "calls">,
  say: Say,
  telling = usualTelling,
): () => void {
  let called = calls.length;
  let logs = stack.logs.length;
  let notified = stack.inbox.notifications().length;
  const phases = new Map<string, string>();
  const report = (what: string) => {
    for (; called < calls.length; called++) {
      const { call, status, message } = calls[called] as Called;
      say(`call       ${call} ${status}${message && `: ${message}`}`);
    }
    const step = provisioned.exec(what)?.[1];
    if (step) say(`step       ${step}`);
    for (; logs < stack.logs.length; logs++) {
      const line = telling.decision(stack.logs[logs]?.record);
      if (line) say(line);
    }
    for (const build of stack.codebuild.builds()) {
      const phase = build.buildComplete ? build.buildStatus : build.currentPhase;
      if (phases.get(build.id) !== phase && phases.has(build.id))
        say(`${(variableOf(build, "PURPOSE") ?? "build").padEnd(10)} ${variableOf(build, "VARIANT")} ${phase}`);
      phases.set(build.id, phase);
    }
    for (const notification of stack.inbox.notifications().slice(notified))
      for (const line of telling.mail(notification)) say(`mail       ${line}`);
    notified = stack.inbox.notifications().length;
  };
  for (const build of stack.codebuild.builds()) phases.set(build.id, build.buildStatus);
  stack.events.on("change", report);
  return () => stack.events.off("change", report);
}

export function lineOf(record: LogLine["record"]): string | undefined {
  if (!record) return undefined;
  const { message, variant, reasons } = record as { message?: string; variant?: string; reasons?: string[] };
  const trigger = record.trigger as { kind: string; about: string } | undefined;
  if (trigger) return `trigger    ${trigger.kind} (${trigger.about})`;
  if (message === "build" || message === "prove" || message === "harvest" || message === "prove-place")
    return `${message.padEnd(10)} ${variant}: ${reasons?.join("; ")}`;
  if (message === "publish")
    return `parameter  ${variant}/${record.channel} = ${record.image} (${reasons?.join("; ")})`;
  if (message === "deprecate" || message === "restore" || message === "disable" || message === "deregister")
    return `${message.padEnd(10)} ${record.image}: ${reasons?.join("; ")}`;
  if (message === "nothing") return `nothing    ${variant}: ${reasons?.join("; ")}`;
  return undefined;
}
