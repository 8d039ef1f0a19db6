import { chmodSync, existsSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

// Runs after `npm ci` ("postinstall"). npm links the commands of a package's dependencies, and not its own, into
// node_modules/.bin.

const folder = fileURLToPath(new URL("../node_modules/.bin", import.meta.url));
const link = join(folder, "eks-windows-images");

// Elsewhere, such as with Yarn's Plug'n'Play, only `npm run cli` works.
if (existsSync(folder)) {
  rmSync(link, { force: true });
  if (process.platform === "win32") writeFileSync(`${link}.cmd`, '@node "%~dp0\\..\\..\\cli\\bin.mjs" %*\r\n');
  else {
    chmodSync(fileURLToPath(new URL("bin.mjs", import.meta.url)), 0o755);
    symlinkSync("../../cli/bin.mjs", link);
  }
}
