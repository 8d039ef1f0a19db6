import type { Build } from "@aws-sdk/client-codebuild";
import type { Inputs } from "../../functions/domain/inputs.ts";
import type { Random } from "../random.ts";
import { minute } from "../world.ts";
import { addGuest, type Guest, removeGuest } from "./guests.ts";
import { addImage, finishImage, losesImage, prove, recordMade } from "./images.ts";
import { expectEndOfHold } from "./invariants/slow-starts.ts";
import type { Started } from "./ledger.ts";
import { measure } from "./measures.ts";
import type { Simulation } from "./simulation.ts";
import { triggerAfter } from "./triggers.ts";

/** How a build ends, and how often, while things go wrong. `killed` and `stopped` clean nothing up. */
const fates = {
  passes: 55,
  "fails without an image": 12,
  "fails for good": 6,
  "fails its proof": 6,
  "ends without a proof": 8,
  "is killed": 5,
  "is stopped": 4,
  "loses its image": 2,
  faults: 2,
} as const;
type Fate = keyof typeof fates;

const transient = ["capacity", "throttling", "download", "updates", "recipe", "connection"];
const deterministic = ["checksum", "template", "provision", "test", "sysprep", "refused"];

/** Everything that a build needs of its order. */
interface Life {
  s: Simulation;
  started: Started;
  variables: Readonly<Record<string, string>>;
  random: Random;
  guest: Guest;
}

/** Lets a build that CodeBuild has accepted live and end. */
export function startLife(s: Simulation, id: string, variables: Readonly<Record<string, string>>): void {
  const { VARIANT = "", PURPOSE = "", TOKEN = "", INPUTS = "{}", IMAGE_ID } = variables;
  const inputs = JSON.parse(INPUTS) as Inputs;
  const started: Started = {
    id,
    variant: VARIANT,
    purpose: PURPOSE,
    token: TOKEN,
    inputs,
    startedAt: s.now(),
    endedAt: undefined,
    status: "running",
    failure: undefined,
    image: IMAGE_ID,
  };
  s.ledger.builds.push(started);
  const random = s.random.named(`build ${s.ledger.builds.length}`);
  s.tell(`${PURPOSE} ${id} of ${VARIANT} starts: ${variables.REASONS}`);
  const guest = addGuest(s, id, variables, random);
  const life: Life = { s, started, variables, random, guest };
  const fate = s.isQuiet ? "passes" : random.weighted(fates);
  for (const [minutes, happen] of stepsOf(life, fate))
    s.after(minutes * minute, `${id} ${minutes}`, () => {
      if (started.status === "running") happen();
    });
}

/** What happens so many minutes after the start, unless the build has ended by then. */
type Step = [minutes: number, happen: () => void];

function stepsOf(life: Life, fate: Fate): Step[] {
  const { started, random } = life;
  const lasts = started.purpose === "build" ? random.between(40, 100) : 20;
  const ends: Partial<Record<Fate, Step>> = {
    "fails without an image": [lasts * 0.6, () => fail(life, random.pick(transient))],
    "fails for good": [lasts * 0.6, () => fail(life, random.pick(deterministic))],
    "ends without a proof": [lasts * 0.9, () => fail(life, random.pick(["unproved", "capacity", "connection"]))],
    "is killed": [lasts * random.next(), () => kill(life, "TIMED_OUT")],
    "is stopped": [lasts * random.next(), () => kill(life, "STOPPED")],
    faults: [lasts * random.next(), () => kill(life, "FAULT")],
    "fails its proof": [lasts, () => fail(life, started.purpose === "harvest" ? "provision" : "proof")],
  };
  const end = ends[fate];
  return [...workOf(life, fate, lasts), ...(end ? [end] : []), [lasts, () => succeed(life)]];
}

/** What a build does on its way. Its end comes before what it has no time for any more. */
function workOf({ s, started, variables, random }: Life, fate: Fate, lasts: number): Step[] {
  const result = fate === "fails its proof" ? "failed" : "passed";
  const proof: Step = [
    lasts * 0.95,
    () => {
      if (result === "passed") measure(s, started, variables);
      prove(s, started, variables, result);
      if (result === "passed") expectEndOfHold(s, started.image);
    },
  ];
  if (started.purpose === "prove") return [proof];
  if (started.purpose === "harvest") return [[lasts * 0.95, () => writeManifest(s, started, random)]];
  return [
    [lasts * 0.7, () => addImage(s, started, variables)],
    [lasts * 0.74, () => finishImage(s, started, variables)],
    [lasts * 0.78, () => recordMade(s, started, variables)],
    proof,
    ...(fate === "loses its image" ? [[lasts * 0.97, () => losesImage(s, started)] satisfies Step] : []),
  ];
}

function writeManifest(s: Simulation, { inputs }: Started, random: Random): void {
  const files = [{ path: "start.ps1", sha256: "f".repeat(64), bytes: random.whole(1, 1e6) }];
  const body = JSON.stringify({ files, recipe: s.environment.HARVEST_RECIPE });
  s.account.objects.set(`harvest/${inputs.baseAmi}/manifest.json`, { at: new Date(s.now()), body });
}

function succeed(life: Life): void {
  const { started } = life;
  const exported = started.purpose === "harvest" ? {} : { IMAGE_ID: started.image, PROOF: "passed" };
  ends(life, "succeeded", { buildStatus: "SUCCEEDED" }, exported);
  removeGuest(life.s, life.guest);
}

function fail(life: Life, failure: string): void {
  life.started.failure = failure;
  const { image, purpose } = life.started;
  ends(
    life,
    "failed",
    { buildStatus: "FAILED" },
    {
      ...(image && purpose === "build" && { IMAGE_ID: image }),
      FAILURE_CLASS: failure,
      FAILURE_CAUSE: `${failure} trouble`,
      FAILURE_LINES: "[]",
    },
  );
  removeGuest(life.s, life.guest);
}

/** CodeBuild ends a build without a signal: nothing is cleaned up and nothing exported. */
function kill(life: Life, buildStatus: "TIMED_OUT" | "STOPPED" | "FAULT"): void {
  if (buildStatus !== "STOPPED") life.started.failure = buildStatus === "FAULT" ? "fault" : "timed-out";
  // Nothing tells the service which image it was.
  if (life.started.purpose === "build") life.started.image = undefined;
  ends(life, buildStatus === "STOPPED" ? "stopped" : "failed", { buildStatus }, {});
}

function ends({ s, started }: Life, status: Started["status"], changes: Partial<Build>, exported: object): void {
  Object.assign(started, { status, endedAt: s.now() });
  s.account.builds = s.account.builds.map((one) =>
    one.id === started.id
      ? {
          ...one,
          ...changes,
          currentPhase: "COMPLETED",
          buildComplete: true,
          endTime: new Date(s.now()),
          exportedEnvironmentVariables: Object.entries(exported).map(([name, value]) => ({ name, value })),
        }
      : one,
  );
  s.tell(`${started.id} ${status}${started.failure ? ` (${started.failure})` : ""}`);
  const detail = {
    "build-id": `arn:aws:codebuild:us-east-1:123456789012:build/${started.id}`,
    "build-status": changes.buildStatus,
  };
  triggerAfter(s, 1000, JSON.stringify({ "detail-type": "CodeBuild Build State Change", detail }));
}
