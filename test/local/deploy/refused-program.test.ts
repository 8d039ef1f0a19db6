import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Emulator, startEmulator } from "../../../local/aws/emulator.ts";
import { createClock } from "../../../local/clock/clock.ts";
import { deploy } from "../../../local/deploy/deploy.ts";
import { installTools } from "../../../local/tools/install.ts";

const root = fileURLToPath(new URL("../../..", import.meta.url));

let dir: string;
let emulator: Emulator;

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), "refused-"));
  const tools = await installTools(() => {});
  emulator = await startEmulator({ tools, dir: join(dir, "aws"), clock: createClock(join(dir, "clock")) });
});

afterAll(async () => {
  await emulator?.stop();
  rmSync(dir, { recursive: true, force: true });
});

describe("a program that cannot be deployed here fails with the name of", () => {
  test.each([
    [
      "an unknown resource type",
      'new aws.kinesis.Stream("Odd", { shardCount: 1 })',
      /deploying aws:kinesis\/stream:Stream Odd: this type has no creator/,
    ],
    [
      "an unknown input",
      'new aws.sns.Topic("Odd", { name: "odd", fifoTopic: false, displayName: "Odd" })',
      /deploying aws:sns\/topic:Topic Odd: .*displayName/s,
    ],
    [
      "a resource that it expects to exist",
      'aws.sqs.Queue.get("Odd", "https://queue")',
      /looking up aws:sqs\/queue:Queue https:\/\/queue/,
    ],
    ["an unknown data source", "aws.ec2.getAmiOutput({})", /looking up aws:ec2\/getAmi:getAmi/],
    [
      "a resource that AWS refuses",
      'new aws.sqs.Queue("Odd", { name: "not a name", fifoQueue: false, contentBasedDeduplication: false, delaySeconds: 0, visibilityTimeoutSeconds: 1 })',
      /deploying aws:sqs\/queue:Queue Odd: .*alphanumeric/,
    ],
    [
      "its own error, with its position in the source",
      'throw new Error("no recipe")',
      /no recipe.*sst\.config\.ts:1:/s,
    ],
    [
      "promises that never resolve",
      'new aws.sqs.Queue("Odd", { name: new Promise(() => {}) })',
      /promises? w(as|ere) still active/,
    ],
  ])("%s", async (_, statement, message) => {
    const folder = mkdtempSync(join(dir, "program-"));
    const program = join(folder, "sst.config.ts");
    writeFileSync(
      program,
      `export default $config({ app: () => ({ name: "trial", home: "aws" }), async run() { ${statement}; } });`,
    );

    const deploying = deploy({
      emulator,
      codebuildUrl: "http://127.0.0.1:9",
      stage: "odd",
      root,
      program,
      dir: folder,
    });

    await expect(deploying).rejects.toThrow(message);
  });
});
