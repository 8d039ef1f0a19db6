// Loads a handler and invokes it once, in a process of its own and in plain JavaScript, and prints how many milliseconds
// both took. Arguments: the file, and which file is to replace which one when it is imported, if any.
import { registerHooks } from "node:module";

const [file, original, replacement] = process.argv.slice(2);
if (original)
  registerHooks({
    resolve: (specifier, context, next) => {
      const resolved = next(specifier, context);
      return resolved.url === original ? { ...resolved, url: replacement } : resolved;
    },
  });

const event = { Records: [{ body: JSON.stringify({ trigger: "base-ami" }) }] };
const context = { functionName: "reconcile", awsRequestId: "1", getRemainingTimeInMillis: () => 300_000 };

const began = performance.now();
const { handler } = await import(file);
await handler(event, context);
process.stderr.write(String(performance.now() - began));
