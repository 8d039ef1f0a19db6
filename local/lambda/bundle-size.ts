import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { bundleHandler } from "./bundle.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

/**
 * What Lambda loads of a handler at a cold start, in bytes after gzip: the bundle as it is deployed, AWS SDK included.
 * @param handler such as `functions/reconcile.handler`
 */
export async function bundleSize(handler: string): Promise<number> {
  const outDir = mkdtempSync(join(tmpdir(), "bundle-"));
  try {
    const { errors } = await bundleHandler({ root, handler, outDir, minify: true });
    if (errors.length > 0) throw new Error(`bundling ${handler}: ${errors.join("; ")}`);
    return gzipSync(readFileSync(join(outDir, "bundle.mjs"))).length;
  } finally {
    rmSync(outDir, { recursive: true });
  }
}
