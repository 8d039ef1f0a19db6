import type { DescribeImagesCommandInput } from "@aws-sdk/client-ec2";
import type { AssumeRoleCommandInput } from "@aws-sdk/client-sts";
import { second } from "../../functions/config/time.ts";
import { tagPrefix } from "../../functions/domain/inputs.ts";
import { ServiceError } from "../memory-aws/account.ts";
import { perform } from "../memory-aws/operations.ts";
import type { ServiceName, Where } from "./clients.ts";
import { effectOf } from "./effects.ts";
import { exceptionOf, timeoutError } from "./errors.ts";
import { check } from "./invariants.ts";
import { changeThere } from "./place-effects.ts";
import { isAway, placeAt, type SimulatedPlace } from "./places.ts";
import { timeLimit } from "./runs.ts";
import type { Fault, Run, Simulation } from "./simulation.ts";

/** A function that was killed gets no answer. What its code does with this error has no effect any more. */
class Killed extends Error {}

/** How long a run stands still that is not killed, in milliseconds: less than Lambda's time limit. */
const standstill = { from: 60 * second, to: 280 * second };

/** Calls that cannot be taken back. */
const decisive =
  /^(StartBuild|PutParameter|DisableImage|EnableImage|DeregisterImage|EnableFastLaunch|DisableFastLaunch|Terminate|CopyImage|ModifyImageAttribute)/;

/** How late EC2 may show a change of an image or a tag, and CodeBuild a build, in milliseconds. */
const lag = { images: 60 * second, builds: 60 * second };

/** A call of a function. */
export interface Call {
  service: ServiceName;
  operation: string;
  input: object;
  /** By default at home. */
  where?: Where | undefined;
}

/** Answers one call of a function from the account, perhaps late, twice or not at all. */
export async function answerCall(s: Simulation, call: Call): Promise<object> {
  const run = s.run();
  if (!run) throw new Error(`${call.service} ${call.operation} was called outside a run`);
  run.waiting += 1;
  try {
    return await answerIn(s, run, call);
  } finally {
    run.waiting -= 1;
  }
}

async function answerIn(s: Simulation, run: Run, call: Call): Promise<object> {
  const { service, operation, input, where } = call;
  const place = where && placeAt(s, where);
  await s.turn([run.name, service, operation, place?.name].join(" "), input);
  if (run.isDead) throw new Killed("this function was killed");
  run.calls += 1;
  const random = s.random.named(`${run.name} call ${run.calls}`);
  s.pass(random.between(5, 60));
  if (!place && (s.outages.get(service) ?? 0) > s.now()) {
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
  const why = whyAway(s, call, place);
  if (why) throw why;
  if (operation === "DescribeImages" && !place) run.looked.set(variantIn(input), s.now());
  const about = { ...call, place, view: viewOf(s, place?.account ?? s.account, call, random.next()) };
  const answer = carryOut(s, run, about);
  if (fault === "timed-out-after") throw timeoutError(service, operation);
  if (fault === "crash-after") throw kill(run);
  return fault === "repeated" ? carryOut(s, run, about, true) : answer;
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

/** A place that is away refuses everything, with its role, or says nothing. */
function whyAway(
  s: Simulation,
  { service, operation, input }: Call,
  place: SimulatedPlace | undefined,
): Error | undefined {
  const session = service === "sts" ? (input as AssumeRoleCommandInput).RoleSessionName : undefined;
  const asked = place ?? (session && s.places.get(session.replace("place-", "")));
  if (!asked || !isAway(asked, s.now())) return undefined;
  return asked.refuses
    ? exceptionOf(service, "AccessDenied", `not authorized to perform ${operation}`, 403)
    : timeoutError(service, operation);
}

function carryOut(
  s: Simulation,
  run: Run,
  { service, operation, input, place, view }: Call & { place: SimulatedPlace | undefined; view: Simulation["account"] },
  isRepeated = false,
): object {
  try {
    const effect = place ? changeThere(s, place, operation, input) : effectOf(s, service, operation, input);
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
function viewOf(
  s: Simulation,
  account: Simulation["account"],
  { service, operation }: Call,
  luck: number,
): Simulation["account"] {
  if (s.isQuiet || luck > 0.2) return account;
  const ago = luck * 5;
  if (service === "ec2" && operation === "DescribeImages")
    return { ...account, images: account.images.asOf(ago * lag.images) as never };
  if (operation === "DescribeFastLaunchImages")
    return { ...account, fastLaunches: account.fastLaunches.asOf(ago * lag.images) as never };
  if (service === "codebuild" && operation === "ListBuildsForProject") {
    const shown = s.now() - ago * lag.builds;
    return { ...account, builds: account.builds.filter(({ startTime }) => Number(startTime) <= shown) };
  }
  return account;
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
