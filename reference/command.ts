import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { generated } from "./files.ts";

for (const [file, text] of Object.entries(generated())) {
  writeFileSync(join(import.meta.dirname, "..", file), text);
  process.stdout.write(`${file} is written\n`);
}
