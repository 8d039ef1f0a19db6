import { change } from "../change.ts";
import { defineCommand } from "../command.ts";
import { describeScope, scopeOf, scopeOptions } from "../scope.ts";

export const pauseCommand = defineCommand({
  usage: "pause [variant]",
  summary: "Stop builds and publications of a variant or of everything",
  group: "change",
  completes: "variants",
  options: (program) => scopeOptions(program),
  run: async (options, session) => {
    const variant = scopeOf(options);
    return change(session, options, { path: "/pause", body: { variant }, what: `Pause ${describeScope(variant)}` });
  },
});
