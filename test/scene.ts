import type { Build } from "../functions/builds.ts";
import type { ChannelName } from "../functions/channel-names.ts";
import { type ConfigurationInput, parseConfiguration } from "../functions/configuration.ts";
import type { FailureClass } from "../functions/failures.ts";
import type { Image } from "../functions/images.ts";
import type { Inputs, RecordedInputs } from "../functions/inputs.ts";
import { type Action, plan } from "../functions/plan.ts";
import { stateOf } from "../functions/variant-state.ts";
import type { World } from "../functions/world.ts";

export const hour = 3_600_000;
export const day = 24 * hour;
export const core = "windows-2022-core-1.35";

/** A world told in the domain's words. Unless said otherwise upstream is calm, nothing runs and it is noon UTC on 4 November 2026. */
export function scene(configuration: Partial<ConfigurationInput> = {}, at = "2026-11-04T12:00:00Z") {
  const world: World & { announced: Set<string> } = {
    now: Date.parse(at),
    stage: "test",
    recipe: "a".repeat(64),
    configuration: parseConfiguration({ variants: [{ windows: 2022, kubernetes: "1.35" }], ...configuration }),
    upstream: {},
    images: [],
    builds: [],
    channels: {},
    harvests: {},
    references: {},
    requests: {},
    announced: new Set(),
  };
  for (const { name, kubernetes } of world.configuration.variants)
    world.upstream[name] = {
      baseParameter: `/aws/service/ami-windows-latest/${name}`,
      baseAmi: { state: "known", value: "ami-00000000000000001" },
      baseReleasedAt: world.now - 10 * day,
      kubernetes: { state: "known", value: `${kubernetes}.7` },
      binaries: { state: "there" },
      harvestSource: undefined,
    };
  let count = 0;

  function variantOf(name: string) {
    const variant = world.configuration.variants.find((one) => one.name === name);
    if (!variant) throw new Error(`the scene has no variant ${name}`);
    return variant;
  }

  const story = {
    world,
    /** Inputs as they should be now, with changes. */
    inputs(changes: RecordedInputs = {}, variant = core): Inputs {
      return { ...stateOf(world, variantOf(variant)).desired, ...changes } as Inputs;
    },
    /** Time passes. */
    later(milliseconds: number) {
      world.now += milliseconds;
      return story;
    },
    at(time: string) {
      world.now = Date.parse(time);
      return story;
    },
    baseAmi(value: string, variant = core) {
      Object.assign(world.upstream[variant] ?? {}, { baseAmi: { state: "known", value }, baseReleasedAt: world.now });
      return story;
    },
    baseReleased(ago: number, variant = core) {
      Object.assign(world.upstream[variant] ?? {}, { baseReleasedAt: world.now - ago });
      return story;
    },
    baseMissing(variant = core) {
      Object.assign(world.upstream[variant] ?? {}, { baseAmi: { state: "missing", why: "no such parameter" } });
      return story;
    },
    kubernetes(value: string, variant = core) {
      Object.assign(world.upstream[variant] ?? {}, { kubernetes: { state: "known", value } });
      return story;
    },
    silentAbout(source: "baseAmi" | "kubernetes", variant = core) {
      Object.assign(world.upstream[variant] ?? {}, {
        [source]: { state: "unknown", why: `${source} does not answer` },
      });
      return story;
    },
    request(id: string, variant = core) {
      world.requests[variant] = { id, reason: "because", by: "somebody", at: new Date(world.now).toISOString() };
      return story;
    },
    /** An image of ours; proved an hour ago and made two hours ago unless said otherwise. */
    image(id: string, changes: Partial<Image> = {}, recorded: RecordedInputs = {}) {
      const variant = changes.variant ?? core;
      world.images.push({
        id,
        variant,
        state: "available",
        createdAt: world.now - 2 * hour,
        inputs: story.inputs(recorded, variant),
        token: undefined,
        reasons: undefined,
        proof: "passed",
        provedAt: world.now - hour,
        revoked: undefined,
        approved: undefined,
        published: {},
        deprecatedAt: undefined,
        retiredAt: undefined,
        ...changes,
      });
      return story;
    },
    /** Both channels (or one) hold the image, and everybody knows. */
    holds(id: string, channels: ChannelName[] = ["candidate", "stable"], variant = core) {
      const image = world.images.find((one) => one.id === id);
      for (const channel of channels) {
        world.channels[variant] = {
          ...world.channels[variant],
          [channel]: {
            image: id,
            version: 1,
            writtenAt: world.now - hour,
            holds: image ? { status: "described", createdAt: image.createdAt, state: image.state } : { status: "gone" },
          },
        };
        world.announced.add(`published/${channel}/${id}`);
      }
      return story;
    },
    /** The usual state of a variant: an image made and proved two days ago, in both channels. */
    published(id: string, recorded: RecordedInputs = {}, variant = core) {
      const then = world.now - 2 * day;
      return story.image(id, { variant, createdAt: then, provedAt: then }, recorded).holds(id, undefined, variant);
    },
    build(changes: Partial<Build> = {}) {
      const variant = changes.variant ?? core;
      count += 1;
      world.builds.unshift({
        id: `project:build-${count}`,
        variant,
        purpose: "build",
        inputs: story.inputs({}, variant),
        attempt: 1,
        token: `${count}`.padStart(64, "0"),
        status: "running",
        phase: "BUILD",
        startedAt: world.now,
        endedAt: undefined,
        image: undefined,
        failure: undefined,
        log: undefined,
        ...changes,
      });
      return story;
    },
    /** A build of the inputs as they should be now failed just now. */
    failed(failureClass: FailureClass, changes: Partial<Build> = {}) {
      const failure = { class: failureClass, cause: `${failureClass} trouble` };
      return story.build({
        status: "failed",
        phase: "COMPLETED",
        startedAt: world.now - hour / 2,
        endedAt: world.now,
        failure,
        ...changes,
      });
    },
    actions(variant = core): Action[] {
      return plan(world).filter((action) => action.variant === variant);
    },
    /** The one action that concerns building. */
    building(variant = core) {
      const found = story
        .actions(variant)
        .filter(
          (one) =>
            one.do === "build" ||
            one.do === "prove" ||
            one.do === "nothing" ||
            (one.do === "wait" && one.for === "build"),
        );
      if (found.length !== 1 || !found[0])
        throw new Error(`expected one decision about building, found ${found.length}`);
      return found[0];
    },
    /** Which image each channel is to get. */
    publications(variant = core): Record<string, string> {
      return Object.fromEntries(
        story.actions(variant).flatMap((one) => (one.do === "publish" ? [[one.channel, one.image]] : [])),
      );
    },
    announcements(variant = core): string[] {
      return story.actions(variant).flatMap((one) => (one.do === "announce" ? [one.fact.key] : []));
    },
  };
  return story;
}
