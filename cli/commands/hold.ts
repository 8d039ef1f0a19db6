import { change, changeOptions } from "../change.ts";
import { defineCommand } from "../command.ts";

export const holdCommand = defineCommand({
  usage: "hold <fleet>",
  summary: "Let no rollout of a fleet begin",
  group: "fleets",
  completes: "fleets",
  options: (program) =>
    changeOptions(program).positional("fleet", { describe: "The name of a fleet", type: "string", demandOption: true }),
  run: async (options, session) =>
    change(session, options, { path: "/hold", body: { fleet: options.fleet }, what: `Hold ${options.fleet}` }),
});
