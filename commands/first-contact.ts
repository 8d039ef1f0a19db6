import { isIPv4 } from "node:net";
import { stderr, stdout } from "node:process";
import { parseArgs } from "node:util";
import { EC2Client } from "@aws-sdk/client-ec2";
import { config } from "../config.ts";
import { type Configuration, parseConfiguration } from "../functions/config/configuration.ts";
import { cacheDirectory } from "../local/tools/cache.ts";
import { withLock } from "../local/tools/lock.ts";
import { installPacker } from "../local/tools/packer.ts";
import { readToolVersions } from "../local/tools/tool-versions.ts";
import { lookAt } from "./first-contact/contact.ts";
import { imagesToSee } from "./first-contact/images.ts";

const usage = "npm run first-contact -- [--windows RELEASE …] [--address IPV4]";
const folder = new URL("../packer/first-contact/", import.meta.url);

/** The address that the machines admit. */
async function ownAddress({ network }: Configuration["policies"], given: string | undefined): Promise<string> {
  if (!given && network.kind === "vpc")
    throw new Error(
      `the machines have private addresses only: run this where they can be reached, and say with --address from which address: ${usage}`,
    );
  const url = network.kind === "public" ? network.addressUrl : "";
  const address = given ?? (await (await fetch(url)).text()).trim();
  if (!isIPv4(address))
    throw new Error(`${given ? "--address" : url} is ${JSON.stringify(address)}, not an IPv4 address`);
  return address;
}

async function run(): Promise<void> {
  const { values } = parseArgs({
    options: { windows: { type: "string", multiple: true }, address: { type: "string" } },
  });
  const configuration = parseConfiguration(config);
  const images = imagesToSee(configuration, values.windows);
  const address = await ownAddress(configuration.policies, values.address);
  const region = await new EC2Client({}).config.region();
  const site = { cache: cacheDirectory(), log: (line: string) => void stdout.write(`${line}\n`) };
  const packer = await withLock(site, () => installPacker(site, readToolVersions()));
  const place = { region, address, policies: configuration.policies, packer };
  const today = new Date().toISOString().slice(0, 10);
  await lookAt(images, place, folder, today, (text) => void stdout.write(text));
}

try {
  await run();
} catch (error) {
  stderr.write(`${(error as Error).message}\n`);
  process.exitCode = 1;
}
