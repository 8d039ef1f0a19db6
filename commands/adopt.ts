import { stdin, stdout } from "node:process";
import { createInterface } from "node:readline/promises";
import { parseArgs } from "node:util";
import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { z } from "zod";
import { config } from "../config.ts";
import { parseConfiguration } from "../functions/config/configuration.ts";
import { JsonText } from "../functions/config/json.ts";
import { adoptImages, type CallApi, eventOf } from "./adoption.ts";

const usage = "npm run adopt -- --stage STAGE [--reason TEXT] [--yes] [IMAGE …]";

const Answer = z.object({ statusCode: z.number(), body: JsonText });

/** Calls the API of a stage by invoking its function with the person's own credentials. */
async function invoking(stage: string): Promise<CallApi> {
  const lambda = new LambdaClient({});
  const { Arn: caller = "unknown" } = await new STSClient({}).send(new GetCallerIdentityCommand({}));
  const hasUrl = parseConfiguration(config).policies.functionUrl;
  return async (method, path, body) => {
    const { FunctionError, Payload } = await lambda.send(
      new InvokeCommand({
        FunctionName: `eks-windows-images-${stage}-api`,
        Payload: JSON.stringify(eventOf({ hasUrl, caller }, method, path, body)),
      }),
    );
    const text = Payload?.transformToString() ?? "";
    if (FunctionError) throw new Error(`calling ${method} ${path}: ${FunctionError} ${text}`);
    const { statusCode, body: answer } = JsonText.pipe(Answer).parse(text);
    return { status: statusCode, answer };
  };
}

async function ask(question: string): Promise<boolean> {
  if (!stdin.isTTY)
    throw new Error(`nobody can answer here. To adopt without a question, add --yes and name the images: ${usage}`);
  const terminal = createInterface({ input: stdin, output: stdout });
  const said = await terminal.question(`${question} (yes/no) `);
  terminal.close();
  return said.trim() === "yes";
}

async function run(): Promise<void> {
  const { values, positionals: images } = parseArgs({
    allowPositionals: true,
    options: {
      stage: { type: "string" },
      reason: { type: "string", default: "made before records" },
      yes: { type: "boolean", default: false },
    },
  });
  if (!values.stage) throw new Error(`the stage is missing: ${usage}`);
  if (values.yes && images.length === 0)
    throw new Error(`--yes asks nothing, so name the images that this service made: ${usage}`);
  const say = (line: string) => void stdout.write(`${line}\n`);
  const confirm = values.yes ? async () => true : ask;
  const complete = await adoptImages(await invoking(values.stage), { say, confirm }, values.reason, images);
  if (!complete) process.exitCode = 1;
}

try {
  await run();
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`);
  process.exitCode = 1;
}
