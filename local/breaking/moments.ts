import type { HeldCall, Hold } from "../aws/faults.ts";
import type { Build } from "../codebuild/build.ts";
import { poll, whileMoving } from "../stack/stall.ts";
import type { Case, Scene } from "./case.ts";
import { buildSteps } from "./steps.ts";

/** A moment of a build. */
export interface Moment {
  name: string;
  /**
   * Starts the work, waits for the moment and breaks something in it. Whatever call AWS has got from the build by then
   * is answered, or lost, only after that.
   */
  within(scene: Scene, start: () => Promise<unknown>, breaks: () => Promise<unknown>): Promise<void>;
}

/** Packer's line as it begins a script, with the build's number. */
export const stepLine = /#(\d+): .*Provisioning with powershell script: \S*?([\w-]+)\.ps1/;

/** The moment in which the first script of this name begins. */
export function atStep(step: string): Moment {
  return {
    name: `at ${step}`,
    async within(scene, start, breaks) {
      const reached = untilLine(scene, `${step} begins`, (text) => stepLine.exec(text)?.[2] === step);
      await Promise.all([reached.then(breaks), start()]);
    },
  };
}

/**
 * The moment of a call by the build's role.
 * @param call of which only the answer is missing with `afterwards`; otherwise it never reaches AWS
 */
export function atCall(name: string, call: Omit<Hold, "role">): Moment {
  return {
    name: `${call.afterwards ? "after" : "before"} ${name}`,
    async within(scene, start, breaks) {
      const role = roleName(scene.stack.deployment.buildRoleArn);
      const held = await scene.stack.emulator.holdCall({ ...call, role });
      await start();
      await untilCalled(scene, held, name);
      await breaks();
      await held.lose();
    },
  };
}

/** S3's calls of a build in their order: the record of the image, three reports, the record of its proof. */
const stored = [
  "the image is recorded",
  "its report is kept",
  "its tests are kept",
  "its proof is kept",
  "it is proved",
];

/** Every moment of a build: each script, and each call that leaves something behind. */
export const buildMoments: readonly Moment[] = [
  ...buildSteps.map(atStep),
  ...[false, true].flatMap((afterwards) => [
    atCall("its machine starts", { service: "ec2", operation: "RunInstances", afterwards }),
    atCall("the image is made", { service: "ec2", operation: "CreateImage", afterwards }),
    ...stored.map((name, after) => atCall(name, { service: "s3", operation: "PutObject", after, afterwards })),
  ]),
];

/** A case that breaks the first build of a variant at a moment left to chance. */
export function breakingBuilds(name: string, what: string, breaks: (scene: Scene) => Promise<unknown>): Case {
  return {
    name,
    what,
    async play(scene) {
      const moment = scene.dice.choose("moment", buildMoments);
      await moment.within(
        scene,
        () => scene.stage.passTo("base-ami"),
        () => breaks(scene),
      );
      return `${what} ${moment.name}`;
    },
  };
}

/**
 * Starts the first build and waits for its end.
 * @throws Error if it succeeds, because then nothing was broken
 */
export async function failFirstBuild(scene: Scene): Promise<void> {
  const status = await endFirstBuild(scene);
  if (status !== "FAILED") throw new Error(`breaking the first build: it ended ${status}`);
}

/** Starts the first build and waits for its end. Resolves with its status. */
export async function endFirstBuild({ stage, stack, settle }: Scene): Promise<string | undefined> {
  await stage.passTo("base-ami");
  await settle();
  return stack.codebuild.builds()[0]?.buildStatus;
}

/** Waits for a line of a build's or a function's log. */
export async function untilLine(
  { stack, signal }: Scene,
  what: string,
  isIt: (line: string) => boolean,
): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const look = (line: string) => isIt(line) && resolve();
  stack.events.on("change", look);
  try {
    await whileMoving(stack.events, what, () => promise, { signal });
  } finally {
    stack.events.off("change", look);
  }
}

export async function untilCalled({ stack, signal }: Scene, call: HeldCall, what: string): Promise<void> {
  await whileMoving(stack.events, `the call by which ${what} has come`, (ends) => poll(call.hasCome, ends), { signal });
}

/** The build that runs. */
export function runningBuild({ stack }: Scene): Build {
  const build = stack.codebuild.builds().find(({ buildComplete }) => !buildComplete);
  if (!build) throw new Error("breaking a build: none runs");
  return build;
}

/** The last part of a role's ARN. */
export function roleName(arn: string): string {
  return arn.split("/").at(-1) ?? "";
}
