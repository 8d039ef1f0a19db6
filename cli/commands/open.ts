import { once } from "node:events";
import openInBrowser from "open";
import { defineCommand } from "../command.ts";
import { exitCodes } from "../exit-codes.ts";
import { startProxy } from "../proxy/proxy.ts";
import { refused } from "../service/ask.ts";
import { replyOf } from "../service/call-url.ts";

export const openCommand = defineCommand({
  usage: "open",
  summary: "Show the status page in the browser, until Ctrl-C",
  group: "look",
  options: (program) =>
    program.option("browser", {
      describe: "Open the browser; --no-browser only prints the address",
      boolean: true,
      default: true,
    }),
  async run({ browser }, session) {
    const { terminal, context } = session;
    const { name, read } = await session.deployment();
    const first = await terminal.progress("Asking for the page", () => read("/?images=none", "application/json"));
    if (first.status >= 400) throw refused(replyOf(first.status, first.body));
    const proxy = await startProxy(read);
    try {
      terminal.answer({ page: proxy.address }, () => `The page of ${name}, until Ctrl-C: ${proxy.address}`);
      if (browser) await openPage(proxy.openOnce(), terminal.warn);
      if (!context.signal.aborted) await once(context.signal, "abort");
      return exitCodes.done;
    } finally {
      await proxy.stop();
    }
  },
});

/** A machine without a browser still has the address. */
async function openPage(address: string, warn: (text: string) => void): Promise<void> {
  const cannot = (error: Error) => warn(`No browser could be opened: ${error.message}`);
  try {
    const opener = await openInBrowser(address);
    opener.on("error", cannot);
    opener.once("exit", (code) => {
      if (code) cannot(new Error(`${opener.spawnfile} ended with ${code}`));
    });
  } catch (error) {
    cannot(error as Error);
  }
}
