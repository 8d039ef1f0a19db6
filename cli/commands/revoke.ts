import { change, changeOptions } from "../change.ts";
import { defineCommand } from "../command.ts";

export const revokeCommand = defineCommand({
  usage: "revoke <image>",
  summary: "Keep an image out of every channel from now on",
  group: "change",
  options: (program) =>
    changeOptions(program).positional("image", { describe: "The ID of an image", type: "string", demandOption: true }),
  run: async (options, session) =>
    change(session, options, { path: "/revoke", body: { image: options.image }, what: `Revoke ${options.image}` }),
});
