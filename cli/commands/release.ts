import { change, changeOptions } from "../change.ts";
import { defineCommand } from "../command.ts";

export const releaseCommand = defineCommand({
  usage: "release <fleet>",
  summary: "End a hold, or go on after somebody else has changed the group",
  group: "fleets",
  completes: "fleets",
  options: (program) =>
    changeOptions(program).positional("fleet", { describe: "The name of a fleet", type: "string", demandOption: true }),
  run: async (options, session) =>
    change(session, options, { path: "/release", body: { fleet: options.fleet }, what: `Release ${options.fleet}` }),
});
