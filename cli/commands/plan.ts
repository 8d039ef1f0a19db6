import type { planOf } from "../../functions/api/plan.ts";
import { defineCommand } from "../command.ts";
import { exitCodes } from "../exit-codes.ts";
import { ask } from "../service/ask.ts";
import { planLines } from "../views/plan-lines.ts";

export type PlanAnswer = ReturnType<typeof planOf>;

export const planCommand = defineCommand({
  usage: "plan",
  summary: "Say what the next reconcile run would do and not do, with reasons",
  group: "look",
  options: (program) => program,
  async run(_, session) {
    const plan = await ask<PlanAnswer>(session, "Asking for the plan", "GET", "/plan");
    const { terminal } = session;
    terminal.answer(plan, () => planLines(plan.actions, terminal.width).join("\n"));
    return exitCodes.done;
  },
});
