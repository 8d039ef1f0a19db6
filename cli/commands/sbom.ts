import { defineCommand } from "../command.ts";
import { exitCodes } from "../exit-codes.ts";
import { bomOf, SbomReport } from "../sbom/bom.ts";
import { documentOf } from "../sbom/document.ts";
import { askReport } from "../service/report.ts";
import { jsonText } from "../terminal/terminal.ts";

export const sbomCommand = defineCommand({
  usage: "sbom <image>",
  summary: "Print the bill of materials of an image (CycloneDX 1.6, JSON), from its build's report",
  group: "look",
  options: (program) => program.positional("image", { describe: "The image", type: "string", demandOption: true }),
  async run({ image }, session) {
    const found = await askReport(session, image, SbomReport);
    const document = await documentOf(bomOf(found), image);
    session.terminal.answer(document, () => jsonText(document));
    return exitCodes.done;
  },
});
