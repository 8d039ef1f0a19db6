import { defineCommand } from "../command.ts";
import { exitCodes } from "../exit-codes.ts";
import { readStatus } from "../service/status.ts";
import { fleetNeedsPerson } from "../views/fleet-state.ts";
import { placeNeedsPerson } from "../views/places.ts";
import { statusText } from "../views/status-text.ts";
import { needsPerson } from "../views/variant-state.ts";

export const statusCommand = defineCommand({
  usage: "status [variant]",
  summary: "Show channels, builds and fleets of all variants or of one",
  group: "look",
  completes: "variants",
  options: (program) =>
    program
      .positional("variant", { describe: "The name of a variant", type: "string" })
      .option("check", { describe: "Exit with 3 if something needs a person", boolean: true, default: false }),
  async run({ variant, check }, session) {
    const status = await readStatus(session, { variant, images: "none" });
    const { name } = await session.deployment();
    session.terminal.answer(status, () => statusText(status, name, session.terminal));
    const isBad =
      status.variants.some(needsPerson) || status.fleets.some(fleetNeedsPerson) || status.places.some(placeNeedsPerson);
    return check && isBad ? exitCodes.wrong : exitCodes.done;
  },
});
