import { minBy, partition, pickBy } from "es-toolkit";
import { type ChannelName, channelNames } from "../config/channel-names.ts";
import type { Image } from "./images.ts";
import { areComplete } from "./inputs.ts";
import { measuredIn, measuresKind } from "./measures.ts";
import { revocationOf } from "./recorded-revocations.ts";
import {
  heldIn,
  isDisabledByRevocation,
  isRetirementRecorded,
  type OwnRecords,
  restoredAtIn,
} from "./recorded-states.ts";
import {
  endorsement,
  identityOf,
  proofFromRecord,
  proofRecord,
  type Records,
  type StoredRecord,
  type TagRecordKind,
  tagRecord,
} from "./records.ts";

/** What only records say. */
type Recorded =
  | "origin"
  | "made"
  | "provedAt"
  | "measured"
  | "held"
  | "disabledByRevocation"
  | "restoredAt"
  | "retirementRecorded"
  | "unrecorded"
  | "revocations";

/** An AMI as its tags describe it, whoever wrote them. */
export interface TaggedImage extends Omit<Image, Recorded> {
  /** The values of those of its tags that need a record ({@link claimTags}), by name without the prefix. */
  tags: Readonly<Record<string, string>>;
}

/**
 * The images with what their records confirm. A proof counts by its record, whatever the tag says; an approval, a write
 * to a channel, a retirement, an exemption and a withdrawal only by a tag with its record. A revocation counts with a
 * tag or with a record that no unrevoke has taken back.
 */
export function withRecords(images: readonly TaggedImage[], records: Records): Image[] {
  const byImage = new Map(images.map(({ id }): [string, StoredRecord[]] => [id, []]));
  for (const all of Object.values(records))
    for (const record of all ?? []) byImage.get(record.name.slice(0, record.name.indexOf("/")))?.push(record);
  return images.map((image) => {
    const own = Map.groupBy(
      (byImage.get(image.id) ?? []).map((one) => ({ ...one, name: one.name.slice(image.id.length + 1) })),
      ({ kind }) => kind,
    );
    return confirmed(image, (kind) => own.get(kind) ?? []);
  });
}

/** What a tag claims, and the record that it needs. */
interface TagClaim {
  kind: TagRecordKind;
  tag: string;
  channel?: ChannelName;
  claim: string;
  isMade(image: Omit<TaggedImage, "tags">): boolean;
}

const tagClaims: readonly TagClaim[] = [
  { kind: "approvals", tag: "approved", claim: "that it is approved", isMade: (image) => image.approved !== undefined },
  ...channelNames.map(
    (channel): TagClaim => ({
      kind: "publications",
      tag: `published-${channel}`,
      channel,
      claim: `that ${channel} got it`,
      isMade: (image) => image.published[channel] !== undefined,
    }),
  ),
  {
    kind: "exemptions",
    tag: "retired-at",
    claim: "that it is exempt from retention",
    isMade: (image) => image.exemptSince !== undefined,
  },
  {
    kind: "retirements",
    tag: "retired-at",
    claim: "that retention disabled it",
    isMade: (image) => image.retiredAt !== undefined || image.retiring,
  },
  {
    kind: "withdrawals",
    tag: "withdrawn-at",
    claim: "that a revocation withdrew it",
    isMade: (image) => image.withdrawnAt !== undefined,
  },
];

/** Names of the tags that count only with a record, or until a record ends them. */
export const claimTags: readonly string[] = [...new Set(tagClaims.map(({ tag }) => tag)), "revoked"];

/**
 * Of some kinds only the latest record counts. Otherwise anybody could bring an earlier state back by writing its tag
 * once more. An exemption ends a retirement, too, but not while the image is available: a run that ends between the
 * record of the exemption and its tag must not have the image disabled again.
 */
function endsOf(kind: TagRecordKind, state: string, own: OwnRecords): readonly StoredRecord[] {
  if (kind === "withdrawals") return own(kind);
  if (kind !== "retirements") return [];
  return [...own(kind), ...(state === "available" ? [] : own("exemptions"))];
}

function confirmed({ tags, ...image }: TaggedImage, own: OwnRecords): Image {
  const { made, origin, result, adoption } = provenance(image, own);
  const recordOf = ({ kind, tag, channel }: TagClaim) => tagRecord(kind, image.id, tags[tag] ?? "", channel);
  const [recorded, unrecorded] = partition(
    tagClaims.filter((one) => one.isMade(image)),
    (one) => isRecorded(one.kind, recordOf(one), image.state, own),
  );
  const has = (kind: TagRecordKind, of?: ChannelName) =>
    recorded.some((one) => one.kind === kind && one.channel === of);
  const proofIsClaimed = image.proof !== undefined && image.proof !== result?.result;
  return {
    ...image,
    origin,
    made,
    proof: result?.result,
    provedAt: result?.at,
    measured: measuredIn(own(measuresKind)),
    approved: has("approvals") ? image.approved : undefined,
    published: pickBy(image.published, (_, channel) => has("publications", channel as ChannelName)),
    held: heldIn(own),
    exemptSince: has("exemptions") ? image.exemptSince : undefined,
    retiredAt: has("retirements") ? image.retiredAt : undefined,
    retiring: has("retirements") && image.retiring,
    retirementRecorded: has("retirements") || isRetirementRecorded(own),
    withdrawnAt: has("withdrawals") ? image.withdrawnAt : undefined,
    disabledByRevocation: isDisabledByRevocation(own),
    restoredAt: restoredAtIn(own),
    ...revocationOf(image, tags.revoked, own),
    unrecorded: [
      ...(!made && areComplete(image.inputs) ? [{ claim: "that this service made it", record: adoption }] : []),
      ...(proofIsClaimed ? [{ claim: `that its proof ${image.proof}`, record: adoption }] : []),
      ...unrecorded.map((one) => ({ claim: one.claim, record: endorsement(recordOf(one)) })),
    ],
  };
}

/** Whether the record of a tag's value, or a person's endorsement of it, is there and no later record has ended it. */
function isRecorded(kind: TagRecordKind, record: string, state: string, own: OwnRecords): boolean {
  const keys = [record, endorsement(record)].map((key) => key.replace(/\/[^/]+/, ""));
  const ends = endsOf(kind, state, own);
  // S3 counts whole seconds: records of the same second are equally late.
  return [kind, "adoptions"]
    .flatMap((one) => own(one).filter(({ name }) => keys.includes(`${one}/${name}`)))
    .some(({ at }) => ends.every((end) => end.at <= at));
}

/** Whether the image was made here or adopted, the latest result of its proofs, and the record that would adopt it. */
function provenance({ id, variant, inputs, token, proof }: Omit<TaggedImage, "tags">, own: OwnRecords) {
  const identity = identityOf(variant, inputs);
  const found = (kind: "proofs" | "adoptions") =>
    own(kind).flatMap(({ name, at }) => {
      const record = proofFromRecord(name);
      return record ? [{ ...record, at, adopts: kind === "adoptions" }] : [];
    });
  const all = [...found("proofs"), ...found("adoptions")];
  const fitting = all.filter((one) => one.identity === identity);
  const [latest] = fitting
    .flatMap(({ result, at }) => (result === "made" ? [] : [{ result, at }]))
    .toSorted((a, b) => b.at - a.at || (a.result === "failed" ? -1 : 1));
  const origin: Image["origin"] = all.some(({ adopts }) => !adopts) ? "build" : all.length > 0 ? "adoption" : undefined;
  return {
    origin,
    made: fitting.some((one) => (one.adopts || one.result === "made") && one.token === token),
    result: latest,
    adoption: proofRecord("adoptions", id, { result: proof ?? "made", token, identity }),
  };
}

/** When a build first recorded an image, in milliseconds since the epoch. No later image is from before records. */
export function recordsSince({ proofs = [] }: Records): number | undefined {
  return minBy(proofs, ({ at }) => at)?.at;
}
