import type { DescribeImagesCommandInput } from "@aws-sdk/client-ec2";
import { second } from "../../functions/config/time.ts";
import { tagPrefix } from "../../functions/domain/inputs.ts";
import { ServiceError } from "../memory-aws/account.ts";
import { perform } from "../memory-aws/operations.ts";
import type { ServiceName } from "./clients.ts";
import { effectOf } from "./effects.ts";
import { exceptionOf, timeoutError } from "./errors.ts";
import { check } from "./invariants.ts";
import { timeLimit } from "./runs.ts";
import type { Fault, Run, Simulation } from "./simulation.ts";

/** A function that was killed gets no answer. What its code does with this error has no effect any more. */
class Killed extends Error {}

/** How long a run stands still that is not killed, in milliseconds: less than Lambda's time limit. */
const standstill = { from: 60 * second, to: 280 * second };

/** Calls that cannot be taken back. */
const decisive =
  /^(StartBuild|PutParameter|DisableImage|EnableImage|DeregisterImage|EnableFastLaunch|DisableFastLaunch|Terminate)/;

/** How late EC2 may show a change of an image or a tag, and CodeBuild a build, in milliseconds. */
const lag = { images: 60 * second, builds: 60 * second };

/** Answers one call of a function from the account, perhaps late, twice or not at all. */
export async function answerCall(
  s: Simulation,
  service: ServiceName,
  operation: string,
  input: object,
): Promise<object> {
  const run = s.run();
  if (!run) throw new Error(`${service} ${operation} was called outside a run`);
  run.waiting += 1;
  try {
    return await answerIn(s, run, service, operation, input);
  } finally {
    run.waiting -= 1;
  }
}

async function answerIn(
  s: Simulation,
  run: Run,
  service: ServiceName,
  operation: string,
  input: object,
): Promise<object> {
  await s.turn();
  if (run.isDead) throw new Killed("this function was killed");
  run.calls += 1;
  const random = s.random.named(`${run.name} call ${run.calls}`);
  s.pass(random.between(5, 60));
  if ((s.outages.get(service) ?? 0) > s.now()) {
    run.isDisturbed = true;
    throw timeoutError(service, operation);
  }
  await meetAmbush(s, run, random.between(standstill.from, standstill.to));
  const fault = s.isQuiet ? undefined : run.faults.get(run.calls);
  if (fault) note(s, run, fault, `${service} ${operation}`);
  if (fault === "crash") throw kill(run);
  if (fault === "throttled") throw exceptionOf(service, "ThrottlingException", "Rate exceeded");
  if (fault === "timed-out") throw timeoutError(service, operation);
  if (fault === "hesitates") run.hesitates = true;
  if (fault === "stands-still" || (run.hesitates && decisive.test(operation))) {
    run.hesitates = false;
    standStill(s, run, random.between(standstill.from, standstill.to));
  }
  if (s.now() - run.startedAt > timeLimit) throw kill(run);
  if (operation === "DescribeImages") run.looked.set(variantIn(input), s.now());
  const view = viewOf(s, service, operation, random.next());
  const answer = carryOut(s, run, service, operation, input, view);
  if (fault === "timed-out-after") throw timeoutError(service, operation);
  if (fault === "crash-after") throw kill(run);
  return fault === "repeated" ? carryOut(s, run, service, operation, input, view, true) : answer;
}

/** Somebody does something in the middle of a run, which then stands still for a while. */
async function meetAmbush(s: Simulation, run: Run, milliseconds: number): Promise<void> {
  if (run.of !== "reconcile" || run.calls !== s.ambush?.call) return;
  const { happen } = s.ambush;
  s.ambush = undefined;
  s.apart(happen);
  // It may wait for what this run is reading, because both are in one process.
  for (let turn = 0; turn < 60 && s.running("api") > 0; turn++) await new Promise(setImmediate);
  standStill(s, run, milliseconds);
}

function standStill(s: Simulation, run: Run, milliseconds: number): void {
  s.tell(`stands still for ${Math.round(milliseconds / second)} s`);
  s.pass(milliseconds);
  run.stood = { call: run.calls, milliseconds };
}

function carryOut(
  s: Simulation,
  run: Run,
  service: ServiceName,
  operation: string,
  input: object,
  view: Simulation["account"],
  isRepeated = false,
): object {
  try {
    const effect = effectOf(s, service, operation, input);
    // Of a call that the SDK repeats, the first one counts.
    if (effect && !isRepeated) check(s, run, effect);
    const answer = effect?.carryOut?.() ?? perform(view, service, operation, input);
    effect?.after?.(answer);
    return withBody(service, operation, answer);
  } catch (error) {
    if (error instanceof ServiceError) throw exceptionOf(service, error.code, error.message, error.status);
    throw error;
  }
}

/** What a read sees: now and then an earlier state, until nothing goes wrong any more. */
function viewOf(s: Simulation, service: ServiceName, operation: string, luck: number): Simulation["account"] {
  if (s.isQuiet || luck > 0.2) return s.account;
  const ago = luck * 5;
  if (service === "ec2" && operation === "DescribeImages")
    return { ...s.account, images: s.account.images.asOf(ago * lag.images) as never };
  if (operation === "DescribeFastLaunchImages")
    return { ...s.account, fastLaunches: s.account.fastLaunches.asOf(ago * lag.images) as never };
  if (service === "codebuild" && operation === "ListBuildsForProject") {
    const shown = s.now() - ago * lag.builds;
    return { ...s.account, builds: s.account.builds.filter(({ startTime }) => Number(startTime) <= shown) };
  }
  return s.account;
}

/** The variant whose images are read. */
function variantIn({ Filters = [] }: DescribeImagesCommandInput): string {
  return Filters.find(({ Name }) => Name === `tag:${tagPrefix}variant`)?.Values?.[0] ?? "*";
}

/** S3's answers have a body that is read like a stream. */
function withBody(service: ServiceName, operation: string, answer: object): object {
  if (service !== "s3" || operation !== "GetObject") return answer;
  const { body } = answer as { body: string };
  return {
    Body: {
      transformToString: async () => body,
      transformToByteArray: async () => new TextEncoder().encode(body),
    },
  };
}

function kill(run: Run): Error {
  run.isDisturbed = true;
  run.isDead = true;
  return new Killed("this function was killed");
}

function note(s: Simulation, run: Run, fault: Fault, call: string): void {
  run.isDisturbed = true;
  s.counts.faults[fault] = (s.counts.faults[fault] ?? 0) + 1;
  s.tell(`${fault} at call ${run.calls}, ${call}`);
}
