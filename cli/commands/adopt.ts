import { adoptImages } from "../adoption.ts";
import { usageError } from "../cli-error.ts";
import { defineCommand } from "../command.ts";
import { exitCodes } from "../exit-codes.ts";

export const adoptCommand = defineCommand({
  usage: "adopt [images..]",
  summary: "Record what the tags of images from before records claim",
  group: "change",
  options: (program) =>
    program
      .positional("images", { describe: "Only these; otherwise all", type: "string", array: true, default: [] })
      .options({
        reason: { describe: "Why, for the records", type: "string", requiresArg: true, default: "made before records" },
        yes: { alias: "y", describe: "Do it without a question; needs images", type: "boolean", default: false },
      })
      .group(["reason", "yes"], "Change:"),
  async run({ images, reason, yes }, { terminal, deployment }) {
    if (yes && images.length === 0) throw usageError("--yes asks nothing, so name the images that this service made");
    const { call, name } = await deployment();
    const confirm = async (question: string) => yes || terminal.confirm(`${question.slice(0, -1)} (${name})?`);
    const adoption = await adoptImages(call, { ...terminal, confirm }, reason, images);
    if (terminal.json) terminal.answer(adoption, () => "");
    return adoption.declined || adoption.refused.length > 0 ? exitCodes.failed : exitCodes.done;
  },
});
