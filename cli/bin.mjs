#!/usr/bin/env node
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

// The command line is TypeScript, which older versions of Node.js cannot run; then the repository's own Node.js does.
if (process.features.typescript) {
  // Nobody reads any more, as behind `head -1`: the command ends like one that SIGPIPE ends, unless it is done.
  const onError = (error) => {
    if (error.code !== "EPIPE") throw error;
    setImmediate(() => process.exit(process.exitCode ?? 141));
  };
  for (const stream of [process.stdout, process.stderr]) stream.on("error", onError);
  const { main } = await import("./main.ts");
  const exitCode = await main(process.argv.slice(2));
  // A call that nobody waits for any more would keep an interrupted process alive.
  if (exitCode === 130) process.exit(exitCode);
  process.exitCode = exitCode;
} else {
  const node = fileURLToPath(new URL("../node_modules/node/bin/node", import.meta.url));
  const child = spawn(node, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], { stdio: "inherit" });
  // A terminal sends its signals to both; whoever sends one to this process alone means the other.
  for (const signal of ["SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  process.on("SIGINT", () => undefined);
  child.on("error", (error) => {
    process.stderr.write(`starting the repository's Node.js: ${error.message}. Run npm ci in the repository first\n`);
    process.exitCode = 1;
  });
  child.on("close", (code) => {
    process.exitCode = code ?? 130;
  });
}
