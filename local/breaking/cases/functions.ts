import type { HeldCall, Hold } from "../../aws/faults.ts";
import type { Stack } from "../../stack/stack.ts";
import { poll, whileMoving } from "../../stack/stall.ts";
import type { Case, Scene } from "../case.ts";
import { roleName } from "../moments.ts";

/** What reconcile writes when an image is published to a channel, in its order. */
const writes: Turn[] = [
  { what: "the record of the publication", call: { service: "s3", operation: "PutObject" } },
  { what: "its tag", call: { service: "ec2", operation: "CreateTags" } },
  { what: "the channel", call: { service: "ssm", operation: "PutParameter" } },
  { what: "the notification", call: { service: "sns", operation: "Publish" } },
  { what: "the record of the notification", call: { service: "s3", operation: "PutObject" } },
];

export const functionCases: Case[] = [
  {
    name: "lambda-killed",
    what: "Lambda kills reconcile in the middle of its act, before and after each write of a publication",
    errors: /Runtime\.ExitError: .*the process was killed/,
    play: killReconcileAtEachWrite,
  },
];

async function killReconcileAtEachWrite(scene: Scene): Promise<string> {
  const { stage, stack, settle } = scene;
  const [first, ...later] = writes.flatMap(({ what, call }) =>
    [false, true].map((afterwards) => ({ what, call: { ...call, afterwards } })),
  ) as [Turn, ...Turn[]];
  let turn = await hold(stack, first);
  const forget = stack.codebuild.onChange(() => {
    // CodeBuild has not answered yet.
    stack.functions.kill();
    forget();
  });
  await stage.passTo("base-ami");
  const settled = settle().then(() => "settled" as const);
  for (const next of [...later, undefined]) {
    await untilCome(stack, turn, settled);
    // Held before the killed run is repeated, because that run would go on to the end.
    const following = next && (await hold(stack, next));
    stack.functions.kill();
    await turn.held.lose();
    if (following) turn = following;
  }
  await settled;
  return `reconcile was killed after it started a build, and before and after ${writes.map(({ what }) => what).join(", ")}`;
}

type Turn = { what: string; call: Omit<Hold, "role"> };
type HeldTurn = Turn & { held: HeldCall };

async function hold({ emulator, deployment }: Stack, turn: Turn): Promise<HeldTurn> {
  const role = roleName(deployment.reconcile.roleArn);
  return { ...turn, held: await emulator.holdCall({ ...turn.call, role }) };
}

/** @throws Error if the service settles without that call, because then nothing is broken */
async function untilCome({ events }: Stack, { what, held }: HeldTurn, settled: Promise<"settled">): Promise<void> {
  const come = (ends: AbortSignal) => poll(held.hasCome, ends).then(() => "come" as const);
  const first = await whileMoving(events, `reconcile writes ${what}`, (ends) => Promise.race([settled, come(ends)]));
  if (first === "settled") throw new Error(`killing reconcile while it writes ${what}: it has not written that`);
}
