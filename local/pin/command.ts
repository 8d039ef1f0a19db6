import { readFileSync, writeFileSync } from "node:fs";
import { argv } from "node:process";
import { pathToFileURL } from "node:url";
import { isPinned, parseVersions } from "../../functions/config/versions.ts";
import { pinPlugin } from "./plugin-pin.ts";
import { publishedPin } from "./published-checksums.ts";
import { withPin } from "./versions-json.ts";

const versionsFile = new URL("../../packer/versions.json", import.meta.url);
const pluginFile = new URL("../../buildspec/packer-plugin-amazon.sha256", import.meta.url);

/**
 * Pins every unpinned artifact of a `versions.json` to its publisher's checksum or digest. It never computes
 * one from a download: that would trust the download.
 * @returns the new text, and one failure for each artifact that stays unpinned
 */
export async function pin(text: string, say: (line: string) => void): Promise<{ text: string; failures: string[] }> {
  const failures: string[] = [];
  let pinned = text;
  for (const artifact of parseVersions(text).artifacts.filter((each) => !isPinned(each))) {
    try {
      const published = await publishedPin(artifact);
      pinned = withPin(pinned, artifact, published);
      say(`${artifact.name} ${artifact.version} is ${published.pin} according to ${published.source}`);
    } catch (error) {
      failures.push(`pinning ${artifact.name} ${artifact.version}: ${(error as Error).message}`);
    }
  }
  return { text: pinned, failures };
}

async function run(): Promise<void> {
  const say = (line: string) => process.stdout.write(`${line}\n`);
  const [versions, plugin] = [versionsFile, pluginFile].map((file) => readFileSync(file, "utf8")) as [string, string];
  const pinned = await pin(versions, say);
  const pinnedPlugin = await pinPlugin(plugin, say).catch((error: Error) => {
    pinned.failures.push(`pinning Packer's amazon plugin: ${error.message}`);
    return plugin;
  });
  writeFileSync(versionsFile, pinned.text);
  writeFileSync(pluginFile, pinnedPlugin);
  if (pinned.failures.length > 0) throw new Error(pinned.failures.join("\n"));
  say(
    pinned.text === versions && pinnedPlugin === plugin
      ? "Everything was pinned already."
      : "Everything in packer/versions.json and buildspec/ is pinned. Review the change, then commit it.",
  );
}

if (import.meta.url === pathToFileURL(argv[1] ?? "").href) {
  try {
    await run();
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n`);
    process.exitCode = 1;
  }
}
