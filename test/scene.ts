import { type ChannelName, channelNames } from "../functions/config/channel-names.ts";
import type { ConfigurationInput } from "../functions/config/configuration.ts";
import type { Build } from "../functions/domain/builds.ts";
import type { Channel } from "../functions/domain/channels.ts";
import type { FailureClass } from "../functions/domain/failures.ts";
import type { Described, Image } from "../functions/domain/images.ts";
import { indexWorld } from "../functions/domain/indexed-world.ts";
import type { Inputs, RecordedInputs } from "../functions/domain/inputs.ts";
import type { Leftover } from "../functions/domain/leftovers.ts";
import { plan } from "../functions/domain/plan.ts";
import { publicationKey } from "../functions/domain/publishing/channel-writes.ts";
import type { Upstream } from "../functions/domain/upstream.ts";
import { stateOf } from "../functions/domain/variant-state.ts";
import { answersOf } from "./answers.ts";
import { fleetsOf } from "./fleet-scene.ts";
import { core, day, hour, newBuild, newImage, newWorld, present, variantNamed } from "./world.ts";

export { core, day, full, hour, minute, two } from "./world.ts";

export type Scene = ReturnType<typeof scene>;

/**
 * A world described in the domain's words, and what the plan says about it. Unless a test changes that, every source
 * answers, nothing runs and it is noon UTC on 4 November 2026. Naming an image, a variant or a channel that the scene
 * does not have throws.
 */
export function scene(configuration: Partial<ConfigurationInput> = {}, at = "2026-11-04T12:00:00Z") {
  const world = newWorld(configuration, at);
  let count = 0;

  function imageNamed(id: string): Image {
    return present(
      world.images.find((image) => image.id === id),
      `no image ${id}`,
    );
  }

  function channelOf(channel: ChannelName, variant: string): Channel {
    return present(world.channels[variant]?.[channel], `nothing in ${variant}/${channel}`);
  }

  function upstreamOf(variant: string): Upstream {
    return present(world.upstream[variant], `no upstream for ${variant}`);
  }

  /** Every channel that holds the image describes it so from now on. */
  function describe(id: string, holds: Described): void {
    for (const channels of Object.values(world.channels))
      for (const channel of Object.values(channels)) if (channel.image === id) channel.holds = holds;
  }

  function write(id: string, holds: Described, channel: ChannelName, variant: string): Channel {
    const version = (world.channels[variant]?.[channel]?.version ?? 0) + 1;
    const written = { image: id, version, writtenAt: world.now - hour + version, holds };
    world.channels[variant] = { ...world.channels[variant], [channel]: written };
    return written;
  }

  const fleets = fleetsOf(world);
  type Fleets = typeof fleets;

  const story = {
    world,
    ...answersOf(world),
    /** The desired inputs with changes. */
    inputs(changes: RecordedInputs = {}, variant = core): Inputs {
      return { ...stateOf(indexWorld(world), variantNamed(world, variant)).desired, ...changes } as Inputs;
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
    changeUpstream(changes: Partial<Upstream>, variant = core) {
      Object.assign(upstreamOf(variant), changes);
      return story;
    },
    baseAmi(value: string, variant = core) {
      return story.changeUpstream({ baseAmi: { state: "known", value }, baseReleasedAt: world.now }, variant);
    },
    baseReleased(ago: number, variant = core) {
      return story.changeUpstream({ baseReleasedAt: world.now - ago }, variant);
    },
    baseMissing(variant = core) {
      return story.changeUpstream({ baseAmi: { state: "missing", why: "no such parameter" } }, variant);
    },
    kubernetes(value: string, variant = core) {
      world.binaries[value] ??= { state: "there" };
      return story.changeUpstream({ kubernetes: { state: "known", value } }, variant);
    },
    silentAbout(source: "baseAmi" | "kubernetes", variant = core) {
      return story.changeUpstream({ [source]: { state: "unknown", why: `${source} does not answer` } }, variant);
    },
    /** What can be downloaded of a Kubernetes version. */
    binaries(version: string, state: "there" | "missing" | "unknown") {
      const why = `kubelet ${version} is ${state}`;
      world.binaries[version] = state === "there" ? { state } : { state, why };
      return story;
    },
    /** AWS has a new EKS image, from which nothing is harvested yet. */
    eksImage(source: string, variant = core) {
      world.harvests[source] ??= { state: "missing", why: `nothing has been harvested from ${source} yet` };
      return story.changeUpstream({ harvestSource: { state: "known", value: source } }, variant);
    },
    /** The manifest of the harvest has this hash. */
    harvested(source: string, value: string) {
      world.harvests[source] = { state: "known", value };
      return story;
    },
    request(id: string, variant = core) {
      const { name } = variantNamed(world, variant);
      world.requests[name] = { id, reason: "because", by: "ann", at: new Date(world.now).toISOString() };
      return story;
    },
    /** An image of this service, made two hours ago and proved an hour ago. */
    image(id: string, changes: Partial<Image> = {}, recorded: RecordedInputs = {}) {
      const variant = changes.variant ?? core;
      const inputs = story.inputs(recorded, variant);
      world.binaries[inputs.kubernetes] ??= { state: "there" };
      world.images.push(newImage(world, { id, variant, inputs, ...changes }));
      return story;
    },
    change(id: string, changes: Partial<Image>) {
      const { createdAt, state } = Object.assign(imageNamed(id), changes);
      describe(id, { status: "described", createdAt, state });
      return story;
    },
    /** The image no longer exists. Channels still name it. */
    deregister(id: string) {
      world.images.splice(world.images.indexOf(imageNamed(id)), 1);
      describe(id, { status: "gone" });
      return story;
    },
    /** The channels have held the image for an hour, and subscribers know. */
    holds(id: string, channels: readonly ChannelName[] = channelNames, variant = core) {
      const image = imageNamed(id);
      for (const channel of channels) {
        const previous = world.channels[variant]?.[channel]?.image;
        const described = { status: "described", createdAt: image.createdAt, state: image.state } as const;
        const { version, writtenAt } = write(id, described, channel, variant);
        image.published = { ...image.published, [channel]: { at: writtenAt, previous } };
        image.held = { ...image.held, [channel]: writtenAt };
        world.notified.add(publicationKey("published", variant, channel, { version, image: id, writtenAt }));
      }
      return story;
    },
    /** A person has written an image to the channels that this service did not make. */
    holdsForeign(id: string, channels: readonly ChannelName[] = channelNames, variant = core) {
      for (const channel of channels)
        write(id, { status: "described", createdAt: world.now, state: "available" }, channel, variant);
      return story;
    },
    changeChannels(changes: Partial<Channel>, channels: readonly ChannelName[] = channelNames, variant = core) {
      for (const channel of channels) Object.assign(channelOf(channel, variant), changes);
      return story;
    },
    /** A person deletes the channels' parameters. */
    deleteChannels(channels: readonly ChannelName[] = channelNames, variant = core) {
      for (const channel of channels) {
        channelOf(channel, variant);
        delete world.channels[variant]?.[channel];
      }
      if (Object.keys(world.channels[variant] ?? {}).length === 0) delete world.channels[variant];
      return story;
    },
    /** The image was written to the channel, and no reconcile run has read it back yet. */
    wrote(id: string, channel: ChannelName, ago = 0, variant = core) {
      const image = imageNamed(id);
      const previous = world.channels[variant]?.[channel]?.image;
      image.published = { ...image.published, [channel]: { at: world.now - ago, previous } };
      return story;
    },
    /** An operator revokes the image now. */
    revoke(id: string, reason = "breaks networking") {
      imageNamed(id).revoked = { reason, by: "arn:aws:iam::123456789012:user/ann", at: world.now };
      return story;
    },
    unrevoke(id: string) {
      imageNamed(id).revoked = undefined;
      return story;
    },
    approve(id: string) {
      imageNamed(id).approved = { reason: "looks good", by: "arn:aws:iam::123456789012:user/ann", at: world.now };
      return story;
    },
    /** An operator pauses a variant, or everything (`*`), now. */
    pause(scope = core, reason = "nodes crash") {
      world.pauses[scope] = { reason, by: "arn:aws:iam::123456789012:user/ann", at: world.now };
      return story;
    },
    resume(scope = core) {
      present(world.pauses[scope], `no pause of ${scope}`);
      delete world.pauses[scope];
      return story;
    },
    /** Subscribers have received these notifications and no others. */
    notified(keys: readonly string[]) {
      world.notified.clear();
      for (const key of keys) world.notified.add(key);
      return story;
    },
    /** Subscribers receive every due notification. */
    notifyAll() {
      for (const action of plan(world)) if (action.do === "announce") world.notified.add(action.notification.key);
      return story;
    },
    /** The usual state of a variant: an image made and proved two days ago, in both channels. */
    published(id: string, recorded: RecordedInputs = {}, variant = core) {
      const then = world.now - 2 * day;
      return story.image(id, { variant, createdAt: then, provedAt: then }, recorded).holds(id, channelNames, variant);
    },
    /** Images published one after another in the weeks before, each with the seconds of its start and 30 GiB large. */
    usualStarts(...seconds: number[]) {
      for (const [index, start] of seconds.entries()) {
        const [id, then] = [`ami-usual-${index + 1}`, world.now - (28 - index) * day];
        const measured = { start: start * 1_000, size: 30 * 1024 ** 3 };
        story.image(id, { createdAt: then, provedAt: then, measured }).holds(id);
      }
      return story;
    },
    /** What builds have measured of an image: the seconds of its start, and GiB. */
    measured(id: string, { start, size }: { start?: number; size?: number }) {
      const measured = {
        start: start === undefined ? undefined : start * 1_000,
        size: size === undefined ? undefined : size * 1024 ** 3,
      };
      return story.change(id, { measured });
    },
    build(changes: Partial<Build> = {}) {
      const variant = changes.variant ?? core;
      count += 1;
      const own = { id: `project:build-${count}`, token: `${count}`.padStart(64, "0") };
      const inputs = changes.inputs ?? story.inputs({}, variant);
      world.builds.unshift(newBuild(world, { ...own, variant, ...changes, inputs }));
      return story;
    },
    /** An instance of a build that was killed a day ago, with changes. The history gets that build unless it has one. */
    left(changes: Partial<Leftover> = {}) {
      count += 1;
      const killed = { token: "f".repeat(64), startedAt: world.now - day, endedAt: world.now - day };
      const isKnown = world.builds.some((build) => build.token === killed.token);
      if (!isKnown) story.build({ ...killed, status: "stopped", inputs: {} });
      world.leftovers.found.push({
        type: "instance",
        id: `i-${count}`,
        variant: core,
        token: killed.token,
        state: "running",
        createdAt: world.now - day,
        mark: "guest",
        images: [],
        ...changes,
      });
      return story;
    },
    /** A fleet that runs and starts what its channel holds since the service rolled it a week ago. */
    fleet(...about: Parameters<Fleets["add"]>) {
      fleets.add(...about);
      return story;
    },
    /** Something happens to a fleet. */
    fleets<What extends Exclude<keyof Fleets, "add">>(what: What, ...about: Parameters<Fleets[What]>) {
      (fleets[what] as (...about: Parameters<Fleets[What]>) => void)(...about);
      return story;
    },
    /** A build of the desired inputs failed just now. */
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
  };
  return story;
}
