import { readFileSync } from "node:fs";
import { argv } from "node:process";
import { pathToFileURL } from "node:url";

/**
 * Returns the image of the last run from the file of Packer's `manifest` post-processor, which also keeps earlier runs.
 * @param {string} manifest
 * @returns {string}
 */
export function imageId(manifest) {
  const { builds, last_run_uuid } = JSON.parse(manifest);
  const artifacts = builds.filter((build) => build.packer_run_uuid === last_run_uuid).map((build) => build.artifact_id);
  const image = /^[a-z0-9-]+:(ami-[0-9a-f]{8,17})$/.exec(artifacts.join(","))?.[1];
  if (!image) throw new Error(`reading the manifest: the run made "${artifacts.join(", ")}" instead of one image`);
  return image;
}

if (import.meta.url === pathToFileURL(argv[1] ?? "").href) process.stdout.write(imageId(readFileSync(argv[2], "utf8")));
