import { change, changeOptions } from "../change.ts";
import { defineCommand } from "../command.ts";

export const approveCommand = defineCommand({
  usage: "approve <image>",
  summary: "Let stable take an image once it has soaked, or channels a slow one",
  group: "change",
  options: (program) =>
    changeOptions(program).positional("image", { describe: "The ID of an image", type: "string", demandOption: true }),
  run: async (options, session) =>
    change(session, options, { path: "/approve", body: { image: options.image }, what: `Approve ${options.image}` }),
});
