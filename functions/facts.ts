import { mostProofAttempts, unprovedImage, vainProofs } from "./build-decision.ts";
import { type ChannelName, channelNames } from "./channel-names.ts";
import { type FailureClass, isWorthReporting, retryOf } from "./failures.ts";
import { canonical, describeChange, drift, type RecordedInputs, sha256 } from "./inputs.ts";
import { reasonToLeave } from "./promotion.ts";
import { day, iso } from "./time.ts";
import { endedWithout, type VariantState } from "./variant-state.ts";
import type { World } from "./world.ts";

interface Common {
  /** Name of the record that it was told. */
  key: string;
  variant: string;
  /** When it came about, in milliseconds since the epoch. */
  at: number;
}

/** Something that subscribers are told once, read off the world. */
export type Fact = Common &
  (
    | {
        kind: "published";
        channel: ChannelName;
        image: string;
        previous: string | undefined;
        inputs: RecordedInputs;
        reasons: string[];
        /** Correlation ID of the build that made it. */
        token: string | undefined;
      }
    | {
        kind: "failed";
        build: string;
        token: string;
        inputs: RecordedInputs;
        failure: { class: FailureClass; cause: string };
        image: string | undefined;
        log: string | undefined;
        next: string;
      }
    | { kind: "gave-up"; build: string; inputs: RecordedInputs; why: string; log: string | undefined }
    | { kind: "unproved"; image: string; attempts: number }
    | { kind: "silent"; parameter: string; image: string; releasedAt: number }
    | { kind: "base-missing"; parameter: string; why: string }
    | { kind: "kubernetes-missing"; minor: string; why: string }
    | { kind: "stranded"; channel: ChannelName; image: string; why: string }
  );

/** Facts older than this, in milliseconds, are not announced any more; their records may expire later. */
export const announceWithin = 30 * day;

/** The facts of a variant that subscribers have not been told yet. */
export function dueFacts(world: World, state: VariantState): Fact[] {
  const facts = [published, stranded, failed, unproved, aboutBase, aboutKubernetes].flatMap((read) =>
    read(world, state),
  );
  return facts.filter(({ key, at }) => !world.announced.has(key) && world.now - at <= announceWithin);
}

function published(world: World, { variant, images }: VariantState): Fact[] {
  return channelNames.flatMap((channel): Fact[] => {
    const current = world.channels[variant.name]?.[channel];
    const image = images.find(({ id }) => id === current?.image);
    if (!current || !image) return [];
    const previous = images.find(({ proof, createdAt }) => proof === "passed" && createdAt < image.createdAt);
    const changes = previous ? drift(previous.inputs, image.inputs).map(describeChange) : [];
    return [
      {
        kind: "published",
        key: `published/${channel}/${image.id}`,
        variant: variant.name,
        at: current.writtenAt,
        channel,
        image: image.id,
        previous: previous?.id,
        inputs: image.inputs,
        reasons: previous ? changes : ["first image of the variant"],
        token: image.token,
      },
    ];
  });
}

/** Rule 3: a channel that nobody should follow and that nothing can take over is somebody's business. */
function stranded(world: World, state: VariantState): Fact[] {
  if (state.publishable.length > 0) return [];
  const variant = state.variant.name;
  return channelNames.flatMap((channel): Fact[] => {
    const current = world.channels[variant]?.[channel];
    const why = current && reasonToLeave(state, current);
    if (!current || !why) return [];
    const { image } = current;
    return [{ kind: "stranded", key: `stranded/${channel}/${image}`, variant, at: world.now, channel, image, why }];
  });
}

function failed(_world: World, state: VariantState): Fact[] {
  return state.builds.flatMap((build): Fact[] => {
    // What was known when this build ended: it and those before it.
    const then = { ...state, builds: state.builds.filter(({ startedAt }) => startedAt <= build.startedAt) };
    const ended = endedWithout(then, build.inputs);
    if (build.status !== "failed" || !build.failure || !isWorthReporting(ended)) return [];
    const retry = retryOf(ended);
    const common = {
      variant: state.variant.name,
      at: build.endedAt ?? build.startedAt,
      inputs: build.inputs,
      log: build.log,
    };
    const { id, token, failure, image } = build;
    const next =
      retry.when === "never"
        ? "Not tried again until an input changes or somebody asks."
        : `Tried again after ${iso(retry.at)}.`;
    const facts: Fact[] = [{ ...common, kind: "failed", key: `failed/${id}`, build: id, token, failure, image, next }];
    if (retry.when === "never")
      facts.push({
        ...common,
        kind: "gave-up",
        key: `gave-up/${common.variant}/${sha256(canonical(build.inputs)).slice(0, 16)}`,
        build: id,
        why: retry.why,
      });
    return facts;
  });
}

function unproved(_world: World, state: VariantState): Fact[] {
  const image = unprovedImage(state);
  if (!image) return [];
  const attempts = vainProofs(state, image.id).filter(({ status }) => status !== "running");
  if (attempts.length < mostProofAttempts) return [];
  const at = attempts[0]?.endedAt ?? image.createdAt;
  return [
    {
      kind: "unproved",
      key: `unproved/${image.id}`,
      variant: state.variant.name,
      at,
      image: image.id,
      attempts: attempts.length,
    },
  ];
}

/** Rule 13: a dead source must not look like a calm one. */
function aboutBase(world: World, { variant, upstream }: VariantState): Fact[] {
  if (!upstream) return [];
  const { baseAmi, baseParameter: parameter, baseReleasedAt: releasedAt } = upstream;
  const common = { variant: variant.name, at: world.now, parameter };
  if (baseAmi.state === "missing")
    return [{ ...common, kind: "base-missing", key: `base-missing/${variant.name}${parameter}`, why: baseAmi.why }];
  if (baseAmi.state !== "known" || releasedAt === undefined) return [];
  if (world.now - releasedAt <= world.configuration.policies.silentAfter) return [];
  const image = baseAmi.value;
  return [{ ...common, kind: "silent", key: `silent/${variant.name}/${image}`, image, releasedAt }];
}

function aboutKubernetes(world: World, { variant, upstream }: VariantState): Fact[] {
  if (upstream?.kubernetes.state !== "missing") return [];
  const { name, kubernetes: minor } = variant;
  const { why } = upstream.kubernetes;
  return [
    {
      kind: "kubernetes-missing",
      key: `kubernetes-missing/${name}/${minor}`,
      variant: name,
      at: world.now,
      minor,
      why,
    },
  ];
}
