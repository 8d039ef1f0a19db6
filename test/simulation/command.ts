import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";

/** Runs `npm run simulate` with these parameters. */
export async function simulate(...parameters: string[]): Promise<{ exitCode: number; output: string }> {
  const script = fileURLToPath(new URL("simulate.ts", import.meta.url));
  const child = spawn(process.execPath, [script, ...parameters], { stdio: ["ignore", "pipe", "inherit"] });
  const [output, [exitCode]] = await Promise.all([text(child.stdout), once(child, "close")]);
  return { exitCode, output };
}
