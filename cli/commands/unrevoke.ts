import { change, changeOptions } from "../change.ts";
import { defineCommand } from "../command.ts";

export const unrevokeCommand = defineCommand({
  usage: "unrevoke <image>",
  summary: "Take a revocation back",
  group: "change",
  options: (program) =>
    changeOptions(program).positional("image", { describe: "The ID of an image", type: "string", demandOption: true }),
  run: async (options, session) =>
    change(session, options, {
      path: "/unrevoke",
      body: { image: options.image },
      what: `Take back the revocation of ${options.image}`,
    }),
});
