import { channelNames } from "../../functions/config/channel-names.ts";
import { change, changeOptions } from "../change.ts";
import { defineCommand } from "../command.ts";

export const rollbackCommand = defineCommand({
  usage: "rollback <variant>",
  summary: "Revoke what a channel holds, so that it goes back",
  group: "change",
  completes: "variants",
  options: (program) =>
    changeOptions(program)
      .positional("variant", { describe: "The name of a variant", type: "string", demandOption: true })
      .option("channel", { describe: "The channel", choices: channelNames, default: "stable" as const })
      .option("image", { describe: "What the channel must hold now", type: "string", requiresArg: true }),
  run: async (options, session) => {
    const { variant, channel, image } = options;
    return change(session, options, {
      path: "/rollback",
      body: { variant, channel, image },
      what: `Roll back ${channel} of ${variant}`,
      // What the channel receives meanwhile is not revoked.
      pin: (shown) => ({ image: shown.image }),
    });
  },
});
