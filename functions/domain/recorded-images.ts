import { partition, pickBy } from "es-toolkit";
import { type ChannelName, channelNames } from "../config/channel-names.ts";
import type { Image, Revocation } from "./images.ts";
import { areComplete, sha256 } from "./inputs.ts";
import {
  identityOf,
  proofFromRecord,
  proofRecord,
  type Records,
  type StoredRecord,
  type TagRecordKind,
  tagRecord,
} from "./records.ts";

/** An AMI as its tags describe it, whoever wrote them. */
export interface TaggedImage extends Omit<Image, "made" | "provedAt" | "unrecorded" | "revocations"> {
  /** The values of its tags, by name without the prefix. */
  tags: Readonly<Record<string, string>>;
}

/** An image's records by kind, without its ID. */
type OwnRecords = (kind: string) => StoredRecord[];

/**
 * The images with what their records confirm. A proof, an approval, a write to a channel and an exemption count only
 * with a record. A revocation counts with a tag or with a record that no unrevoke has taken back.
 */
export function withRecords(images: readonly TaggedImage[], records: Records): Image[] {
  const byImage = Map.groupBy(
    Object.values(records).flatMap((all) => all ?? []),
    ({ name }) => name.split("/")[0],
  );
  return images.map((image) => {
    const own = byImage.get(image.id) ?? [];
    return confirmed(image, (kind) =>
      own.filter((one) => one.kind === kind).map((one) => ({ ...one, name: one.name.slice(image.id.length + 1) })),
    );
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
];

function confirmed({ tags, ...image }: TaggedImage, own: OwnRecords): Image {
  const { made, result, adoption } = provenance(image, own);
  const proof = image.proof === result?.result ? image.proof : undefined;
  const recordOf = ({ kind, tag, channel }: TagClaim) => tagRecord(kind, image.id, tags[tag] ?? "", channel);
  const isRecorded = (one: TagClaim) => own(one.kind).some(({ name }) => recordOf(one).endsWith(`/${name}`));
  const [recorded, unrecorded] = partition(
    tagClaims.filter((one) => one.isMade(image)),
    isRecorded,
  );
  const has = (tag: string) => recorded.some((one) => one.tag === tag);
  return {
    ...image,
    made,
    proof,
    provedAt: proof && result?.at,
    approved: has("approved") ? image.approved : undefined,
    published: pickBy(image.published, (_, channel) => has(`published-${channel}`)),
    exemptSince: has("retired-at") ? image.exemptSince : undefined,
    ...revocation(image, tags.revoked, own),
    unrecorded: [
      ...(!made && areComplete(image.inputs) ? [{ claim: "that this service made it", record: adoption }] : []),
      ...(image.proof === proof ? [] : [{ claim: `that its proof ${image.proof}`, record: adoption }]),
      ...unrecorded.map((one) => ({ claim: one.claim, record: recordOf(one) })),
    ],
  };
}

/** Whether the image was made here or adopted, the latest result of its proofs, and the record that would adopt it. */
function provenance({ id, variant, inputs, token, proof }: Omit<TaggedImage, "tags">, own: OwnRecords) {
  const identity = identityOf(variant, inputs);
  const found = (kind: "proofs" | "adoptions") =>
    own(kind).flatMap(({ name, at }) => {
      const record = proofFromRecord(name);
      return record?.identity === identity ? [{ ...record, at, adopts: kind === "adoptions" }] : [];
    });
  const all = [...found("proofs"), ...found("adoptions")];
  const [result] = all
    .filter((one) => one.result !== "made")
    .toSorted((a, b) => b.at - a.at || (a.result === "failed" ? -1 : 1));
  return {
    made: all.some((one) => (one.adopts || one.result === "made") && one.token === token),
    result,
    adoption: proofRecord("adoptions", id, { result: proof ?? "made", token, identity }),
  };
}

/**
 * The revocations in force. A tag that a person deletes takes nothing back once its value is recorded. S3 counts whole
 * seconds, and of two records of one second the unrevoke is the later one.
 */
function revocation(
  { id, revoked }: Omit<TaggedImage, "tags">,
  tag: string | undefined,
  own: OwnRecords,
): Pick<Image, "revoked" | "revocations"> {
  const takenBack = own("unrevocations");
  const open = own("revocations").filter(({ name, at }) => !takenBack.some((one) => one.name === name && one.at >= at));
  const recorded = open.map(({ name: hash }): Revocation => ({ hash, recorded: true }));
  const hash = tag === undefined ? undefined : sha256(tag);
  const unrecorded = hash === undefined || open.some(({ name }) => name === hash) ? [] : [{ hash, recorded: false }];
  const reason = `a person has deleted its tag revoked; to take the revocation back: POST /unrevoke {"image": "${id}"}`;
  const since = Math.max(...open.map(({ at }) => at));
  return {
    revoked: revoked ?? (open.length > 0 ? { reason, by: undefined, at: since } : undefined),
    revocations: [...recorded, ...unrecorded],
  };
}
