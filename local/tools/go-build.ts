import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Site } from "./cache.ts";
import { findProgram, runCommand } from "./programs.ts";

const goModule = fileURLToPath(new URL("../packer", import.meta.url));

/** Builds a package of HashiCorp's at the version that local/packer/go.mod pins, and returns the path of the binary. */
export type GoBuild = (name: "packer" | "packer-plugin-amazon") => Promise<string>;

/**
 * Lends a Go build whose caches are shared by all packages and deleted afterwards: they grow to 5 GB.
 */
export async function withGoBuild({ cache, signal }: Site, work: (build: GoBuild) => Promise<void>): Promise<void> {
  mkdirSync(cache, { recursive: true });
  const directory = mkdtempSync(join(cache, ".unfinished-go-"));
  try {
    await work((name) => build(directory, name, signal));
  } finally {
    // After an interruption, compilers of Go still write here for a moment.
    rmSync(directory, { recursive: true, force: true, maxRetries: 20, retryDelay: 200 });
  }
}

async function build(directory: string, name: string, signal?: AbortSignal): Promise<string> {
  const go = findProgram("go");
  if (!go) throw new Error("no Go on the PATH");
  const products = join(directory, "products");
  const temporary = join(directory, "tmp");
  mkdirSync(products, { recursive: true });
  mkdirSync(temporary, { recursive: true });
  const parameters = ["build", "-ldflags", "-s -w", "-o", `${products}/`, `github.com/hashicorp/${name}`];
  await runCommand("go build", go, parameters, {
    cwd: goModule,
    signal,
    env: {
      ...process.env,
      CGO_ENABLED: "0",
      GOPATH: join(directory, "path"),
      GOMODCACHE: join(directory, "modules"),
      GOCACHE: join(directory, "cache"),
      GOTMPDIR: temporary,
      // Without -modcacherw the module cache is read-only and cannot be deleted.
      GOFLAGS: "-mod=readonly -modcacherw",
      GOWORK: "off",
      GOOS: "",
      GOARCH: "",
    },
  });
  return join(products, name);
}
