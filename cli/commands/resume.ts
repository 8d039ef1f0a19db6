import { change } from "../change.ts";
import { defineCommand } from "../command.ts";
import { describeScope, scopeOf, scopeOptions } from "../scope.ts";

export const resumeCommand = defineCommand({
  usage: "resume [variant]",
  summary: "End a pause",
  group: "change",
  completes: "variants",
  options: (program) => scopeOptions(program),
  run: async (options, session) => {
    const variant = scopeOf(options);
    return change(session, options, { path: "/resume", body: { variant }, what: `Resume ${describeScope(variant)}` });
  },
});
