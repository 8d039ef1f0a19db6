import { readFileSync, writeFileSync } from "node:fs";
import { argv } from "node:process";
import { pathToFileURL } from "node:url";
import { isPinned, parseVersions } from "../../functions/config/versions.ts";
import { pinsFor } from "./publishers.ts";
import { withPin } from "./versions-text.ts";

const file = new URL("../../packer/versions.json", import.meta.url);

/**
 * Pins whatever is not pinned in a `versions.json`: asks each publisher, never computes a sum of what it would have to trust for that.
 * @returns The new text, and what went wrong for each artifact that stays unpinned.
 */
export async function pin(text: string, say: (line: string) => void): Promise<{ text: string; failures: string[] }> {
  const failures: string[] = [];
  let pinned = text;
  for (const artifact of parseVersions(text).artifacts.filter((each) => !isPinned(each))) {
    try {
      const found = await pinsFor(artifact);
      pinned = withPin(pinned, artifact, found);
      say(`${artifact.name} ${artifact.version} is ${found.pin}, says ${found.source}`);
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
      ? "Everything was pinned already."
      : "packer/versions.json is pinned; look at the difference, then commit it.",
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
