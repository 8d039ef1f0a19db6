import { day, minute } from "../../../functions/config/time.ts";
import { exportedBy } from "../../codebuild/build.ts";
import { poll, whileMoving } from "../../stack/stall.ts";
import { type Expectation, image, nothing, type Story } from "../act.ts";
import { demand } from "../demand.ts";
import {
  demandTold,
  forgeCopy,
  isSeenIn,
  lastCall,
  passUntilThere,
  placesOf,
  stateOf,
  takesBack,
  useThere,
} from "../places-watch.ts";
import type { Stage } from "../stage.ts";
import { otherAccount } from "./places.config.ts";

const everywhere = ["ireland", "apps", "apps-ireland"];
const published: Expectation = {
  ...nothing,
  candidate: "new",
  stable: "new",
  notifications: ["published/candidate", "published/stable", "place-published/stable"],
};

let comeBack: () => Promise<void> = async () => undefined;
let stopUsing: () => Promise<void> = async () => undefined;

/**
 * What `stable` holds reaches another Region and another account, by copies and a share. One account is away while an image
 * is revoked, and leaves it once it answers. A shared image is taken back before it is disabled. Only the first image is built.
 */
export const places: Story = {
  config: "local/rehearsal/stories/places.config.ts",
  playsPart: /place|spoke|copyimage|modify(image|snapshot)attribute/i,
  windowSeconds: 0.2,
  acts: [
    {
      name: "first image",
      trigger: "base-ami",
      expects: { ...image, notifications: published.notifications },
      reason: /^first image/,
      async play(stage, signal) {
        await stage.passTo("base-ami");
        await stage.stack.idle(signal);
        const built = await builtImage(stage, signal);
        stage.stack.upstream.unanswering(true);
        await passUntilThere(stage, everywhere, built, signal);
      },
    },
    {
      name: "everywhere",
      trigger: "base-ami",
      expects: published,
      async play(stage, signal) {
        const next = await publish(stage);
        const forged = await forgeCopy(stage, "ireland", next);
        const there = await passUntilThere(stage, everywhere, next, signal);
        const ids = new Set(there.map(({ id }) => id));
        demand(
          `${ids.size} images, ${ids.has(next) ? "one" : "none"} of them home's`,
          /^3 images, one of them home's$/,
        );
        const { places: shown } = await placesOf(stage, signal);
        demand(`${shown.find(({ place }) => place === "ireland")?.unrecorded}`, new RegExp(`^${forged}$`));
      },
    },
    {
      name: "an account is away",
      trigger: "manual",
      expects: {
        ...nothing,
        candidate: { of: "first image" },
        stable: { of: "first image" },
        notifications: ["revoked", "rolled-back/candidate", "rolled-back/stable", "place-published/stable"],
        deprecated: ["everywhere"],
      },
      async play(stage, signal) {
        const { emulator } = stage.stack;
        const away = { account: otherAccount, code: "AccessDenied", status: 403, message: "the account is suspended" };
        comeBack = await emulator.failCalls(away);
        const revoked = latest(stage);
        await stage.post("/revoke", { image: revoked, reason: "rehearsal" }, signal);
        await passUntilThere(stage, ["ireland"], firstImage(stage), signal);
        await passQuarters(stage, 3, signal);
        demandTold(stage, "place-away", "apps");
        demand(await stateOf(stage, revoked), /^available$/);
      },
    },
    {
      name: "it is back",
      trigger: "base-ami",
      expects: { ...nothing, notifications: ["place-published/stable"], disabled: ["everywhere"] },
      async play(stage, signal) {
        const revoked = latest(stage);
        await comeBack();
        const runsNeeded = await runsUntilLeft(stage, revoked, signal);
        demand(`left after ${runsNeeded} runs`, /^left after [12] runs$/);
        await passQuarters(stage, 3, signal);
        demandTold(stage, "place-back", "apps");
        const unshared = await lastCall(stage, "ModifyImageAttribute", takesBack(revoked));
        const disabled = await lastCall(stage, "DisableImage", ({ parameters }) => parameters.ImageId === revoked);
        demand(`unshared before disabled: ${unshared <= disabled}`, /true/);
      },
    },
    {
      name: "third image",
      trigger: "base-ami",
      expects: published,
      async play(stage, signal) {
        stopUsing = await useThere(stage, "apps", firstImage(stage));
        await passUntilThere(stage, everywhere, await publish(stage), signal);
      },
    },
    {
      name: "fourth image",
      trigger: "base-ami",
      expects: published,
      play: async (stage, signal) => passUntilThere(stage, everywhere, await publish(stage), signal),
    },
    {
      name: "retention in order",
      trigger: "base-ami",
      // Nothing uses the third image, so it is even deregistered meanwhile, and so is the revoked one.
      expects: { ...published, restored: undefined, disabled: ["first image"] },
      async play(stage, signal) {
        const first = firstImage(stage);
        await passUntilThere(stage, everywhere, await publish(stage), signal);
        await passDays(stage, 2, signal);
        demand(`seen while it is used: ${await isSeenIn(stage, "apps", first)}`, /true/);
        demand(await stateOf(stage, first), /^available$/);

        await stopUsing();
        await passDays(stage, 2, signal);
        demand(`seen after that: ${await isSeenIn(stage, "apps", first)}`, /false/);
        demand(await stateOf(stage, first), /^disabled$/);
        const unshared = await lastCall(stage, "ModifyImageAttribute", takesBack(first));
        const disabled = await lastCall(stage, "DisableImage", ({ parameters }) => parameters.ImageId === first);
        demand(`a day between: ${disabled - unshared >= day}`, /true/);
      },
    },
  ],
};

/** What `stable` holds at home once the first build is published. */
function builtImage({ stack }: Stage, signal: AbortSignal): Promise<string> {
  const held = async () => Object.entries(await stack.parameters()).find(([name]) => name.endsWith("/stable"))?.[1];
  return whileMoving(stack.events, "stable holds the first image", (ends) => poll(held, ends), { signal });
}

function firstImage({ stack }: Stage): string {
  return stack.codebuild.builds().flatMap((build) => exportedBy(build, "IMAGE_ID") ?? [])[0] ?? "";
}

function latest({ readied }: Stage): string {
  return readied.at(-1)?.image ?? "";
}

/** Makes an image ready, and lets both channels take it at home in one run after the soak. */
async function publish(stage: Stage): Promise<string> {
  const { variants, policies } = stage.stack.configuration;
  const image = await stage.readyImage(variants[0]?.name ?? "");
  await stage.pass(policies.soak + 15 * minute);
  return image;
}

async function passQuarters(stage: Stage, quarters: number, signal: AbortSignal): Promise<void> {
  for (let quarter = 0; quarter < quarters; quarter++) {
    await stage.pass(15 * minute);
    await stage.stack.idle(signal);
  }
}

async function passDays(stage: Stage, days: number, signal: AbortSignal): Promise<void> {
  for (let half = 0; half < 2 * days; half++) {
    await stage.pass(day / 2);
    await passQuarters(stage, 1, signal);
  }
}

/** How many runs it takes until no place holds the image. */
async function runsUntilLeft(stage: Stage, image: string, signal: AbortSignal): Promise<number> {
  for (let run = 1; run < 10; run++) {
    await passQuarters(stage, 1, signal);
    const { there } = await placesOf(stage, signal);
    if (there.every((one) => one.image !== image)) return run;
  }
  throw new Error(`${image} is still in a place`);
}
