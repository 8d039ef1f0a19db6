import { defineCommand } from "../command.ts";
import { exitCodes } from "../exit-codes.ts";
import { readStatus } from "../service/status.ts";
import { treeLines } from "../terminal/tree.ts";
import { variantTree } from "../views/variant-tree.ts";

export const explainCommand = defineCommand({
  usage: "explain <variant>",
  summary: "Say why a variant is or is not built and published, as a tree",
  group: "look",
  completes: "variants",
  options: (program) =>
    program.positional("variant", { describe: "The name of a variant", type: "string", demandOption: true }),
  async run({ variant }, { terminal, ...session }) {
    const status = await readStatus({ terminal, ...session }, { variant });
    terminal.answer(status, () =>
      [
        ...status.variants.flatMap((one) => treeLines(variantTree(one, status), terminal.width)),
        ...status.removedVariants.map(
          (one) => `${one.variant} was removed from config.ts: nothing is built or published for it`,
        ),
      ].join("\n"),
    );
    return exitCodes.done;
  },
});
