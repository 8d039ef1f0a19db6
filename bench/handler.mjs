// One deployed handler in a process of its own, in plain JavaScript because the compiler of TypeScript takes memory. It
// invokes the handler once for each message and answers how long that took.
import { readFileSync } from "node:fs";

const { handler } = await import(process.argv[2]);

process.on("message", async () => {
  const began = performance.now();
  const event = { Records: [{ body: JSON.stringify({ trigger: "base-ami" }) }] };
  const context = { functionName: "reconcile", awsRequestId: "1", getRemainingTimeInMillis: () => 300_000 };
  await handler(event, context);
  process.send?.({ milliseconds: performance.now() - began, peak: peak() });
});
process.send?.({ milliseconds: 0, peak: peak() });

/**
 * The most memory that this process has had so far, in bytes. Linux counts in `maxRSS` what its parent had when it
 * started it, too.
 */
function peak() {
  const ownPeak =
    process.platform === "linux" && /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync("/proc/self/status", "utf8"));
  return 1024 * (ownPeak ? Number(ownPeak[1]) : process.resourceUsage().maxRSS);
}
