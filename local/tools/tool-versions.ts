import { readFileSync } from "node:fs";

export type ToolVersions = { packer: string; amazonPlugin: string; moto: string; sst: string };

/** Reads each version from the one file that pins it: the Go module, the Python requirements, package.json. */
export function readToolVersions(): ToolVersions {
  const goModule = read("../packer/go.mod");
  return {
    packer: find(goModule, /github\.com\/hashicorp\/packer v(\S+)/, "Packer in local/packer/go.mod"),
    amazonPlugin: find(
      goModule,
      /github\.com\/hashicorp\/packer-plugin-amazon v(\S+)/,
      "the amazon plugin in local/packer/go.mod",
    ),
    moto: find(read("requirements.txt"), /^moto\S*==(\S+)/m, "moto in local/tools/requirements.txt"),
    sst: find(read("../../package.json"), /"sst": "([\d.]+)"/, "sst in package.json"),
  };
}

function read(path: string): string {
  return readFileSync(new URL(path, import.meta.url), "utf8");
}

function find(text: string, pattern: RegExp, what: string): string {
  const version = pattern.exec(text)?.[1];
  if (!version) throw new Error(`reading the version of ${what}: not found`);
  return version;
}
