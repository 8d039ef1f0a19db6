import { createRequire } from "node:module";
import { build } from "esbuild";
import { expect, test } from "vitest";
import packageJson from "../../package.json" with { type: "json" };

const require = createRequire(import.meta.url);
const clients = Object.keys(packageJson.dependencies).filter((name) => name.startsWith("@aws-sdk/client-"));

/** What a bundle gets of a client. */
async function bundled(client: string): Promise<Record<string, unknown>> {
  const { outputFiles } = await build({
    stdin: { contents: `export * from "${client}"`, resolveDir: import.meta.dirname },
    bundle: true,
    write: false,
    platform: "node",
    format: "cjs",
    mainFields: ["module"],
  });
  const module = { exports: {} };
  new Function("module", "require", outputFiles[0]?.text ?? "")(module, require);
  return module.exports;
}

/** The shapes of a client as one text, each with those that it is made of by their place in the text. */
function shapesOf(client: Record<string, unknown>): string {
  const places = new Map<unknown, number>();
  const shapes = Object.entries(client).filter(([name, shape]) => name.endsWith("$") && Array.isArray(shape));
  return JSON.stringify(shapes.toSorted(), (_, value: unknown) => {
    const shape = typeof value === "function" ? value() : value;
    if (!Array.isArray(shape)) return shape;
    const place = places.get(shape);
    if (place === undefined) places.set(shape, places.size);
    return place ?? shape;
  });
}

test.each(clients)("a bundle of %s describes the service as the package does that npm installed", async (client) => {
  const original = shapesOf(require(client));

  expect(original.length).toBeGreaterThan(1_000);
  expect(shapesOf(await bundled(client)) === original).toBe(true);
});
