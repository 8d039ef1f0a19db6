import { defineCommand } from "../command.ts";
import { checksFor } from "../doctor/checks.ts";
import { closeClients } from "../doctor/clients.ts";
import { runChecks } from "../doctor/run-checks.ts";
import { siteOf } from "../doctor/site.ts";
import { isWrong, reportText } from "../doctor/text.ts";
import { exitCodes } from "../exit-codes.ts";

export const doctorCommand = defineCommand({
  usage: "doctor",
  summary: "Check the account, the permissions and the deployment, and change nothing",
  group: "setUp",
  options: (program) => program,
  async run(_, session) {
    const { terminal } = session;
    const site = await siteOf(session);
    const checks = checksFor(site.configuration);
    const waiting = new Set(checks.map(({ name }) => name));
    const look = (now: (what: string) => void) =>
      runChecks(checks, site, ({ check }) => {
        waiting.delete(check);
        now(checking(waiting));
      });
    const reports = await terminal.progress(checking(waiting), look).finally(() => closeClients(site.clients));
    terminal.answer({ checks: reports, wrong: isWrong(reports) }, () => reportText(reports, terminal));
    return isWrong(reports) ? exitCodes.wrong : exitCodes.done;
  },
});

function checking(waiting: ReadonlySet<string>): string {
  return `Checking ${[...waiting].join(", ")}`;
}
