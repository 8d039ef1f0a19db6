import { randomUUID } from "node:crypto";
import { change, changeOptions } from "../change.ts";
import { defineCommand } from "../command.ts";

export const rebuildCommand = defineCommand({
  usage: "rebuild <variant>",
  summary: "Build a new image although no input has changed",
  group: "change",
  completes: "variants",
  options: (program) =>
    changeOptions(program)
      .positional("variant", { describe: "The name of a variant", type: "string", demandOption: true })
      .option("key", {
        describe: "Calls with the same key are one request; by default each is its own",
        type: "string",
        requiresArg: true,
      }),
  run: async (options, session) =>
    change(session, options, {
      path: "/rebuild",
      body: { variant: options.variant, idempotencyKey: options.key ?? `cli-${randomUUID()}` },
      what: `Rebuild ${options.variant}`,
    }),
});
