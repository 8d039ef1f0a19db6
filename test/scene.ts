import type { ChannelName } from "../functions/config/channel-names.ts";
import { type ConfigurationInput, parseConfiguration } from "../functions/config/configuration.ts";
import { recipeOf } from "../functions/config/variant.ts";
import type { Build } from "../functions/domain/builds.ts";
import type { FailureClass } from "../functions/domain/failures.ts";
import type { Image } from "../functions/domain/images.ts";
import type { Inputs, RecordedInputs } from "../functions/domain/inputs.ts";
import type { Notification, NotificationOf } from "../functions/domain/notifications/due.ts";
import type { Action } from "../functions/domain/plan.ts";
import { plan } from "../functions/domain/plan.ts";
import { publicationKey } from "../functions/domain/publishing/channel-writes.ts";
import { stateOf } from "../functions/domain/variant-state.ts";
import type { World } from "../functions/domain/world.ts";

export const hour = 3_600_000;
export const day = 24 * hour;
export const core = "windows-2022-core-1.35";
export const full = "windows-2022-full-1.35";
/** A configuration of both. */
export const two = {
  variants: [
    { windows: 2022 as const, kubernetes: "1.35" },
    { windows: 2022 as const, edition: "Full" as const, kubernetes: "1.35" },
  ],
};

/** The one answer that every variant gets about building. */
type AboutBuilding = Extract<Action, { do: "build" | "prove" | "harvest" | "wait" | "nothing" }>;

/** A world told in the domain's words. Unless said otherwise upstream is calm, nothing runs and it is noon UTC on 4 November 2026. */
export function scene(configuration: Partial<ConfigurationInput> = {}, at = "2026-11-04T12:00:00Z") {
  const world: World & { notified: Set<string> } = {
    now: Date.parse(at),
    stage: "test",
    recipe: "a".repeat(64),
    harvestRecipe: "e".repeat(64),
    configuration: parseConfiguration({ variants: [{ windows: 2022, kubernetes: "1.35" }], ...configuration }),
    upstream: {},
    binaries: {},
    images: [],
    builds: [],
    channels: {},
    harvests: {},
    references: {},
    requests: {},
    notified: new Set(),
  };
  for (const variant of world.configuration.variants) {
    const harvested = recipeOf(variant) === "assemble";
    world.upstream[variant.name] = {
      baseParameter: `/aws/service/ami-windows-latest/${variant.name}`,
      baseAmi: { state: "known", value: "ami-00000000000000001" },
      baseImage: { state: "there" },
      baseReleasedAt: world.now - 10 * day,
      kubernetes: { state: "known", value: `${variant.kubernetes}.7` },
      harvestSource: harvested ? { state: "known", value: "ami-0000000000000ea51" } : undefined,
      harvestImage: harvested ? { state: "there" } : undefined,
    };
    world.binaries[`${variant.kubernetes}.7`] = { state: "there" };
  }
  world.harvests["ami-0000000000000ea51"] = { state: "known", value: "d".repeat(64) };
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
      world.binaries[value] ??= { state: "there" };
      return story;
    },
    silentAbout(source: "baseAmi" | "kubernetes", variant = core) {
      Object.assign(world.upstream[variant] ?? {}, {
        [source]: { state: "unknown", why: `${source} does not answer` },
      });
      return story;
    },
    /** What can be downloaded of a Kubernetes version. */
    binaries(version: string, state: "there" | "missing" | "unknown") {
      const why = `kubelet ${version} is ${state}`;
      world.binaries[version] = state === "there" ? { state } : { state, why };
      return story;
    },
    /** AWS has a new EKS image, from which nothing is harvested yet. */
    eksImage(source: string, variant = core) {
      Object.assign(world.upstream[variant] ?? {}, { harvestSource: { state: "known", value: source } });
      world.harvests[source] ??= { state: "missing", why: `nothing is harvested from ${source} yet` };
      return story;
    },
    /** The manifest of what was harvested has this hash. */
    harvested(source: string, value: string) {
      world.harvests[source] = { state: "known", value };
      return story;
    },
    request(id: string, variant = core) {
      world.requests[variant] = { id, reason: "because", by: "somebody", at: new Date(world.now).toISOString() };
      return story;
    },
    /** An image of ours; proved an hour ago and made two hours ago unless said otherwise. */
    image(id: string, changes: Partial<Image> = {}, recorded: RecordedInputs = {}) {
      const variant = changes.variant ?? core;
      const inputs = story.inputs(recorded, variant);
      world.binaries[inputs.kubernetes] ??= { state: "there" };
      world.images.push({
        id,
        variant,
        state: "available",
        createdAt: world.now - 2 * hour,
        inputs,
        token: undefined,
        reasons: undefined,
        proof: "passed",
        provedAt: world.now - hour,
        revoked: undefined,
        approved: undefined,
        published: {},
        deprecatedAt: undefined,
        withdrawnAt: undefined,
        retiredAt: undefined,
        exemptSince: undefined,
        ...changes,
      });
      return story;
    },
    /** Both channels (or one) hold the image since an hour, and everybody knows. */
    holds(id: string, channels: ChannelName[] = ["candidate", "stable"], variant = core) {
      const image = world.images.find((one) => one.id === id);
      for (const channel of channels) {
        const before = world.channels[variant]?.[channel];
        const version = (before?.version ?? 0) + 1;
        const writtenAt = world.now - hour + version;
        world.channels[variant] = {
          ...world.channels[variant],
          [channel]: {
            image: id,
            version,
            writtenAt,
            holds: image ? { status: "described", createdAt: image.createdAt, state: image.state } : { status: "gone" },
          },
        };
        if (image) image.published = { ...image.published, [channel]: { at: writtenAt, previous: before?.image } };
        world.notified.add(publicationKey("published", variant, channel, { version, image: id }));
      }
      return story;
    },
    /** The image was written to the channel, and nobody has read it back yet. */
    wrote(id: string, channel: ChannelName, ago = 0, variant = core) {
      const image = world.images.find((one) => one.id === id);
      const previous = world.channels[variant]?.[channel]?.image;
      if (image) image.published = { ...image.published, [channel]: { at: world.now - ago, previous } };
      return story;
    },
    /** Somebody revokes the image now. */
    revoke(id: string, reason = "breaks networking") {
      const image = world.images.find((one) => one.id === id);
      Object.assign(image ?? {}, { revoked: { reason, by: "arn:aws:iam::123456789012:user/ann", at: world.now } });
      return story;
    },
    unrevoke(id: string) {
      Object.assign(world.images.find((one) => one.id === id) ?? {}, { revoked: undefined });
      return story;
    },
    approve(id: string) {
      const approved = { reason: "looks good", by: "arn:aws:iam::123456789012:user/ann", at: world.now };
      Object.assign(world.images.find((one) => one.id === id) ?? {}, { approved });
      return story;
    },
    /** Nobody knows anything of the publications and facts told so far. */
    forget() {
      world.notified.clear();
      return story;
    },
    /** Whoever listens hears everything that is due. */
    notifyAll() {
      for (const action of plan(world)) if (action.do === "announce") world.notified.add(action.notification.key);
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
      const failure = { class: failureClass, cause: `${failureClass} trouble`, lines: [] };
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
      const found = story.actions(variant).flatMap((one): AboutBuilding[] => {
        if (one.do === "wait") return one.for === "build" ? [one] : [];
        return one.do === "build" || one.do === "prove" || one.do === "harvest" || one.do === "nothing" ? [one] : [];
      });
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
    /** What a channel waits for. */
    waiting(channel: ChannelName, variant = core) {
      return story.actions(variant).find((one) => one.do === "wait" && one.for === channel);
    },
    /** What subscribers are to be told, of one kind. */
    notifications<Kind extends Notification["kind"]>(kind: Kind, variant = core): NotificationOf<Kind>[] {
      return story
        .actions(variant)
        .flatMap((one) =>
          one.do === "announce" && one.notification.kind === kind ? [one.notification as NotificationOf<Kind>] : [],
        );
    },
    notificationKeys(variant = core): string[] {
      return story.actions(variant).flatMap((one) => (one.do === "announce" ? [one.notification.key] : []));
    },
  };
  return story;
}
