import { change, changeOptions } from "../change.ts";
import { defineCommand } from "../command.ts";

export const rolloutCommand = defineCommand({
  usage: "rollout <fleet>",
  summary: "Roll out what the fleet's channel holds, without waiting for its turn",
  group: "fleets",
  completes: "fleets",
  options: (program) =>
    changeOptions(program)
      .positional("fleet", { describe: "The name of a fleet", type: "string", demandOption: true })
      .option("image", { describe: "What the channel must hold now", type: "string", requiresArg: true })
      .option("force", {
        describe: "Replace nodes against disruption budgets (managed node groups)",
        type: "boolean",
        default: false,
      }),
  run: async (options, session) => {
    const { fleet, image, force } = options;
    return change(session, options, {
      path: "/rollout",
      body: { fleet, image, force },
      what: `Roll out to ${fleet}${force ? " against its disruption budgets" : ""}`,
      // What the channel receives meanwhile is not rolled out.
      pin: (shown) => ({ image: shown.image }),
    });
  },
});
