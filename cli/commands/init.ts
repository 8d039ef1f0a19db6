import { writeFileSync } from "node:fs";
import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import { parseConfiguration } from "../../functions/config/configuration.ts";
import { hasFunctionUrls } from "../../infra/function-urls.ts";
import { CliError } from "../cli-error.ts";
import { defineCommand } from "../command.ts";
import { closeClients, createClients } from "../doctor/clients.ts";
import { exitCodes } from "../exit-codes.ts";
import { readExisting, whyKept } from "../init/existing.ts";
import { readNetworks } from "../init/networks.ts";
import { nextSteps } from "../init/next-steps.ts";
import { readOffer } from "../init/offered.ts";
import { type Asking, chooseMails, chooseNetwork, chooseVariants, type InitOptions } from "../init/questions.ts";
import { type Answers, configurationOf, renderConfig, shippedAnswers } from "../init/render.ts";
import type { Session } from "../session.ts";

const configFile = fileURLToPath(new URL("../../config.ts", import.meta.url));
const list = { array: true, string: true, requiresArg: true } as const;

export const initCommand = defineCommand({
  usage: "init",
  summary: "Ask what it must and write config.ts",
  group: "setUp",
  options: (program) =>
    program.options({
      variant: { ...list, describe: "An image, such as windows-2022-core-1.35" },
      network: { choices: ["public", "vpc"] as const, describe: "Where builds run", requiresArg: true },
      vpc: { string: true, requiresArg: true, describe: "The VPC with private subnets" },
      subnet: { ...list, describe: "A private subnet of it; with --network public, the public one" },
      subscriber: { ...list, describe: "A mail address that is told about images" },
      operator: { ...list, describe: "A mail address that gets the alarms" },
      config: {
        string: true,
        requiresArg: true,
        default: configFile,
        defaultDescription: "config.ts",
        describe: "The file",
      },
      yes: { boolean: true, default: false, describe: "Take the default of every question" },
      force: { boolean: true, default: false, describe: "Write over a file that somebody has changed" },
    }),
  async run(options, session) {
    const { terminal } = session;
    const existing = readExisting(options.config);
    const isFree = options.force || existing.now === undefined;
    const kept = isFree ? undefined : whyKept(existing, renderConfig(shippedAnswers));
    const name = relative(process.cwd(), options.config) || options.config;
    if (kept !== undefined)
      throw new CliError(`${name} would be lost: ${kept}`, [
        "edit it instead; functions/config/ describes every field",
        "commit or copy what it has, and --force writes over it",
      ]);
    const { answers, region } = await findAnswers(options, session);
    const text = renderConfig(answers);
    parseConfiguration(configurationOf(answers));
    if (!options.yes) {
      terminal.say(text);
      if (!(await terminal.confirm(`Write ${name}?`))) throw new CliError("nothing was written");
    }
    writeFileSync(options.config, text);
    const steps = nextSteps(answers, region);
    terminal.answer({ file: options.config, config: configurationOf(answers), nextSteps: steps }, () =>
      [`${name} is written. Next:`, ...steps.map((step, index) => `  ${index + 1}. ${step}`)].join("\n"),
    );
    return exitCodes.done;
  },
});

/** Asks AWS what there is, and then the person what it shall be. */
async function findAnswers(
  options: InitOptions,
  { options: { region: given, profile, local }, deployment, terminal, context }: Session,
): Promise<{ answers: Answers; region: string | undefined }> {
  const clients = createClients(local ? (await deployment()).aws : { region: given, profile });
  const look = () =>
    Promise.all([
      clients.ssm.config.region().catch(() => undefined),
      readOffer(clients.ssm),
      readNetworks(clients.ec2),
    ]);
  const [region, offer, networks] = await terminal
    .progress("Asking AWS what there is", look)
    .finally(() => closeClients(clients));
  if (offer.guessed !== undefined)
    terminal.warn(`AWS was not asked which images it has (${offer.guessed}). The list is built in and may be old.`);
  if (networks.unread !== undefined) terminal.warn(`The account's networks are not known: ${networks.unread}`);
  const asking: Asking = { prompts: terminal.hasPerson ? context.prompts : undefined, options };
  // One question after another, in the order of config.ts.
  const variants = await chooseVariants(asking, offer);
  const network = await chooseNetwork(asking, networks);
  const subscribers = await chooseMails(asking, "subscriber", "Who is told about images (mail addresses, or nobody)?");
  const operators = await chooseMails(asking, "operator", "Who gets alarms of the service itself (mail addresses)?");
  const functionUrl = region === undefined || hasFunctionUrls(region);
  return { answers: { variants, network, subscribers, operators, functionUrl }, region };
}
