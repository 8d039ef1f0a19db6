import { readFileSync, writeFileSync } from "node:fs";
import { argv } from "node:process";
import { pathToFileURL } from "node:url";
import { isPinned, parseVersions } from "../../functions/config/versions.ts";
import { publishedPin } from "./published-checksums.ts";
import { withPin } from "./versions-json.ts";

const file = new URL("../../packer/versions.json", import.meta.url);

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
  const before = readFileSync(file, "utf8");
  const { text, failures } = await pin(before, say);
  if (text !== before) writeFileSync(file, text);
  if (failures.length > 0) throw new Error(failures.join("\n"));
  say(
    text === before
      ? "All artifacts were pinned already."
      : "All artifacts in packer/versions.json are pinned. Review the change, then commit it.",
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
