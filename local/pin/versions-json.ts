import { isDeepStrictEqual } from "node:util";
import { type Artifact, parseVersions } from "../../functions/config/versions.ts";
import type { PublishedPin } from "./published-checksums.ts";

/**
 * Pins one artifact in the text of a `versions.json` and keeps everything else, including its formatting.
 * @throws Error if the text does not contain the artifact unpinned
 */
export function withPin(text: string, artifact: Artifact, { pin, source }: PublishedPin): string {
  const field = artifact.kind === "image" ? "digest" : "sha256";
  const address = "reference" in artifact ? artifact.reference : "url" in artifact ? artifact.url : "";
  const start = text.indexOf(`: ${JSON.stringify(address)}`);
  const pinned =
    text.slice(0, start) +
    text
      .slice(start)
      .replace(`"${field}": null`, `"${field}": ${JSON.stringify(pin)}`)
      .replace('"source": null', `"source": ${JSON.stringify(source)}`);

  const wanted = parseVersions(text).artifacts.map((each) =>
    isDeepStrictEqual(each, artifact) ? { ...each, [field]: pin, source } : each,
  );
  if (start < 0 || !isDeepStrictEqual(parseVersions(pinned).artifacts, wanted))
    throw new Error(
      `packer/versions.json has an unexpected format: ${artifact.name} ${artifact.version} cannot be found in it`,
    );
  return pinned;
}
