import { describeStart } from "../../functions/domain/measures.ts";
import { differences, everyDifference, Report } from "../../functions/domain/reports.ts";
import { CliError } from "../cli-error.ts";
import { defineCommand } from "../command.ts";
import { exitCodes } from "../exit-codes.ts";
import { askReport, type ReadReport } from "../service/report.ts";

export const diffCommand = defineCommand({
  usage: "diff <image> [other]",
  summary: "Show what changed inside an image since the one before it, or from one image to another",
  group: "look",
  options: (program) =>
    program
      .positional("image", {
        describe: "The image; with a second one, the one to compare with",
        type: "string",
        demandOption: true,
      })
      .positional("other", { describe: "The image that is compared with the first", type: "string" }),
  async run({ image, other }, session) {
    const first = await askReport(session, image, Report);
    const [before, after] =
      other === undefined
        ? [await askReport(session, previousOf(first), Report), first]
        : [first, await askReport(session, other, Report)];
    const changes = [...startChange(before, after), ...differences(before.report, after.report, everyDifference)];
    const { variant } = after;
    session.terminal.answer({ from: before.image, to: after.image, variant, changes }, () =>
      [
        `${before.image} → ${after.image}${variant === null ? "" : ` (${variant})`}`,
        ...(changes.length === 0 ? ["nothing that is reported"] : changes).map((change) => `  ${change}`),
      ].join("\n"),
    );
    return exitCodes.done;
  },
});

/** The report does not have it: whoever boots the image measures that. */
function startChange(before: ReadReport<Report>, after: ReadReport<Report>): string[] {
  if (before.startSeconds === null || after.startSeconds === null) return [];
  const [from, to] = [before, after].map(({ startSeconds }) => describeStart((startSeconds ?? 0) * 1_000));
  return from === to ? [] : [`Start ${from} → ${to}`];
}

function previousOf({ image, variant, previous }: ReadReport<Report>): string {
  if (previous !== null) return previous;
  const why =
    variant === null
      ? `EC2 no longer has ${image}, so nothing says which image was before it`
      : `no proved image of ${variant} is older than ${image}`;
  throw new CliError(why, ["name the image to compare with: diff <older image> <newer image>"]);
}
