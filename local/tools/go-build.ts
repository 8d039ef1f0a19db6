import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import type { Site } from "./cache.ts";
import { findProgram, runCommand } from "./programs.ts";

/** A program, and the folder whose go.mod pins what it is made of. */
export type GoProgram = { module: string; package: string };

/** Builds a program and returns the path of the binary. */
export type GoBuild = (program: GoProgram) => Promise<string>;

/**
 * Lends a Go build whose caches are shared by all packages and deleted afterwards: they grow to 5 GB.
 */
export async function withGoBuild({ cache, signal }: Site, work: (build: GoBuild) => Promise<void>): Promise<void> {
  mkdirSync(cache, { recursive: true });
  const directory = mkdtempSync(join(cache, ".unfinished-go-"));
  try {
    await work((program) => build(directory, program, signal));
  } finally {
    // After an interruption, compilers of Go still write here for a moment.
    rmSync(directory, { recursive: true, force: true, maxRetries: 20, retryDelay: 200 });
  }
}

/** Go names a binary after the last part of its package's path. */
async function build(directory: string, program: GoProgram, signal?: AbortSignal): Promise<string> {
  const go = findProgram("go");
  if (!go) throw new Error("no Go on the PATH");
  const products = join(directory, "products");
  const temporary = join(directory, "tmp");
  mkdirSync(products, { recursive: true });
  mkdirSync(temporary, { recursive: true });
  const parameters = ["build", "-ldflags", "-s -w", "-o", `${products}/`, program.package];
  await runCommand("go build", go, parameters, {
    cwd: program.module,
    signal,
    env: { ...goEnvironment(directory), CGO_ENABLED: "0", GOTMPDIR: temporary, GOOS: "", GOARCH: "" },
  });
  return join(products, basename(program.package));
}

/** The settings of a Go whose caches are below a directory, and can be deleted with it. */
export function goEnvironment(directory: string): NodeJS.ProcessEnv {
  return {
    ...process.env,
    GOPATH: join(directory, "path"),
    GOMODCACHE: join(directory, "modules"),
    GOCACHE: join(directory, "cache"),
    // Without -modcacherw the module cache is read-only and cannot be deleted.
    GOFLAGS: "-mod=readonly -modcacherw -buildvcs=false",
    GOWORK: "off",
  };
}
