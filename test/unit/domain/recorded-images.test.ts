import { describe, expect, test } from "vitest";
import { sha256 } from "../../../functions/domain/inputs.ts";
import { recordsSince, type TaggedImage, withRecords } from "../../../functions/domain/recorded-images.ts";
import { revokedByRecord } from "../../../functions/domain/recorded-revocations.ts";
import {
  ending,
  endorsement,
  holdingRecord,
  identityOf,
  proofRecord,
  type Records,
  revocationRecord,
  type StoredRecord,
  tagRecord,
} from "../../../functions/domain/records.ts";
import { core, minute, scene } from "../../scene.ts";

const token = "1".repeat(64);
const id = "ami-1";
const inputs = scene().inputs();
const identity = identityOf(core, inputs);
const provedAt = Date.parse("2026-11-04T10:00:00Z");
const approved = "2026-11-04T11:00:00.000Z arn:aws:iam::123456789012:user/ann fine";
const released = "released 2026-11-04T11:00:00.000Z";
const withdrawn = "2026-11-04T11:00:00.000Z";
const write = { at: provedAt + minute, previous: undefined };
const written = "2026-11-04T10:01:00.000Z none";
const intervention = { reason: "fine", by: "arn:aws:iam::123456789012:user/ann", at: provedAt };

/** An image whose tags claim everything that tags can claim. */
const tagged: TaggedImage = {
  id,
  name: `eks-windows-images/test/${core}/${token.slice(0, 12)}`,
  variant: core,
  state: "available",
  createdAt: provedAt - minute,
  inputs,
  token,
  reasons: undefined,
  proof: "passed",
  revoked: undefined,
  approved: intervention,
  published: { candidate: write, stable: write },
  deprecatedAt: undefined,
  withdrawnAt: provedAt,
  retiredAt: undefined,
  retiring: false,
  retiredAtTag: undefined,
  exemptSince: provedAt,
  tags: {
    approved,
    "published-candidate": written,
    "published-stable": written,
    "retired-at": released,
    "withdrawn-at": withdrawn,
  },
};

const made = proofRecord("proofs", id, { result: "made", token, identity });
const passed = proofRecord("proofs", id, { result: "passed", token: "2".repeat(64), identity });
const failed = proofRecord("proofs", id, { result: "failed", token, identity });
const approval = tagRecord("approvals", id, approved);
const inCandidate = tagRecord("publications", id, written, "candidate");
const inStable = tagRecord("publications", id, written, "stable");
const exemption = tagRecord("exemptions", id, released);
const withdrawal = tagRecord("withdrawals", id, withdrawn);
const all = [made, passed, approval, inCandidate, inStable, exemption, withdrawal];

/** Records with these keys, each written at the same time or at its own. */
function records(...keys: (string | [key: string, at: number])[]): Records {
  const stored = keys.map((one): StoredRecord => {
    const [key, at] = typeof one === "string" ? [one, provedAt] : one;
    const [kind = "", ...name] = key.split("/");
    return { kind, name: name.join("/"), at };
  });
  return Object.groupBy(stored, ({ kind }) => kind);
}

function confirmed(recorded: Records, changes: Partial<TaggedImage> = {}) {
  const [image] = withRecords([{ ...tagged, ...changes }], recorded);
  if (!image) throw new Error("the image is gone");
  return image;
}

/** What counts of an image, and what its tags claim in vain. */
function summary(recorded: Records, changes: Partial<TaggedImage> = {}) {
  const { made, proof, approved, published, exemptSince, withdrawnAt, unrecorded } = confirmed(recorded, changes);
  return {
    counts: [
      ...(made ? ["made"] : []),
      ...(proof ? [proof] : []),
      ...(approved ? ["approved"] : []),
      ...Object.keys(published),
      ...(exemptSince === undefined ? [] : ["exempt"]),
      ...(withdrawnAt === undefined ? [] : ["withdrawn"]),
    ],
    claims: unrecorded.map(({ claim }) => claim),
  };
}

const everything = ["made", "passed", "approved", "candidate", "stable", "exempt", "withdrawn"];
const claims = [
  "that this service made it",
  "that its proof passed",
  "that it is approved",
  "that candidate got it",
  "that stable got it",
  "that it is exempt from retention",
  "that a revocation withdrew it",
];

describe("what only records say", () => {
  test("a channel has held the image since the latest record of that, or by the word of whoever adopted it", () => {
    const held = (...keys: Parameters<typeof records>) => confirmed(records(...keys)).held;
    expect(held(inStable)).toEqual({});
    expect(held(holdingRecord(id, "stable"))).toEqual({ stable: provedAt });
    expect(held(endorsement(inCandidate), [holdingRecord(id, "candidate"), provedAt + minute])).toEqual({
      candidate: provedAt + minute,
    });
    expect(held(holdingRecord("ami-2", "stable"))).toEqual({});
  });

  test("builds have measured how long it takes to start, which makes it neither ours nor proved", () => {
    const image = confirmed(records(`measures/${id}/start-220000-${token}`, `measures/ami-2/start-1-${token}`));

    expect(image.measured).toEqual({ start: 220_000, size: undefined });
    expect(image).toMatchObject({ origin: undefined, made: false, proof: undefined, held: {} });
  });

  test("a revocation has disabled the image, until it is restored", () => {
    const disabled = tagRecord("disablings", id, withdrawn);
    const restored = tagRecord("withdrawals", id, withdrawn, ending);
    const says = (...keys: Parameters<typeof records>) => confirmed(records(...keys)).disabledByRevocation;
    expect(says()).toBe(false);
    expect(says(disabled)).toBe(true);
    expect(says(disabled, [restored, provedAt + minute])).toBe(false);
    expect(says([disabled, provedAt + 2 * minute], [restored, provedAt + minute])).toBe(true);
    expect(confirmed(records(disabled, [restored, provedAt + minute])).restoredAt).toBe(provedAt + minute);
    expect(confirmed(records(disabled)).restoredAt).toBeUndefined();
  });
});

describe("what the tags of an image claim", () => {
  test("counts if every claim has its record", () => {
    expect(summary(records(...all))).toEqual({ counts: everything, claims: [] });
  });

  test("counts for nothing without records", () => {
    expect(summary({})).toEqual({ counts: [], claims });
  });

  test.each(all.map((key, index) => [key.split("/")[0], index]))(
    "does not count without its own record (%s, %i)",
    (_, index) => {
      const without = all.filter((_, other) => other !== index);

      expect(summary(records(...without))).toEqual({
        counts: everything.filter((_, other) => other !== index),
        claims: [claims[index]],
      });
    },
  );

  test("does not count by the records of another image, such as the one it was copied from", () => {
    expect(summary(records(...all), { id: "ami-2" })).toEqual({ counts: [], claims });
  });

  test.each([
    ["another variant", { variant: "windows-2022-full-1.35" }],
    ["another input", { inputs: { ...inputs, kubernetes: "1.35.8" } }],
    ["a further input", { inputs: { ...inputs, request: "again" } }],
  ])("does not count as made or proved once its tags name %s", (_, changes) => {
    expect(summary(records(...all), changes)).toEqual({ counts: everything.slice(2), claims: claims.slice(0, 2) });
  });

  test("does not count as made once its tags name another build", () => {
    expect(summary(records(...all), { token: "3".repeat(64) })).toMatchObject({
      claims: ["that this service made it"],
    });
  });

  test.each([
    ["approved", { approved: `${approved}!` }, "that it is approved"],
    ["published-stable", { "published-stable": "2026-11-04T10:02:00.000Z none" }, "that stable got it"],
    ["retired-at", { "retired-at": "released 2026-11-04T11:00:01.000Z" }, "that it is exempt from retention"],
    ["withdrawn-at", { "withdrawn-at": "2026-11-04T11:00:01.000Z" }, "that a revocation withdrew it"],
  ])("does not count once the value of the tag %s differs from the recorded one", (_, tags, claim) => {
    expect(summary(records(...all), { tags: { ...tagged.tags, ...tags } }).claims).toEqual([claim]);
  });

  test("is nothing if an interrupted build has left it without its inputs", () => {
    const bare = { inputs: {}, proof: undefined, approved: undefined, published: {}, exemptSince: undefined };

    expect(summary({}, { ...bare, withdrawnAt: undefined, tags: {} })).toEqual({ counts: [], claims: [] });
  });
});

describe("a proof", () => {
  test("is as old as its record, whatever a tag says", () => {
    expect(confirmed(records(...all)).provedAt).toBe(provedAt);
    expect(confirmed(records(made, [passed, provedAt + minute])).provedAt).toBe(provedAt + minute);
    expect(confirmed(records(made)).provedAt).toBeUndefined();
  });

  test("is its latest result, whatever the tag says or if there is none", () => {
    const later = provedAt + minute;

    for (const proof of ["passed", "failed", undefined] as const) {
      expect(confirmed(records(made, passed, [failed, later]), { proof }).proof).toBe("failed");
      expect(confirmed(records(made, passed, failed), { proof }).proof).toBe("failed");
      expect(confirmed(records(made, failed, [passed, later]), { proof })).toMatchObject({
        proof: "passed",
        provedAt: later,
      });
      expect(confirmed(records(made), { proof }).proof).toBeUndefined();
    }
  });

  test("that a tag claims against the records is unrecorded, and a tag that is gone claims nothing", () => {
    const claimed = (proof: "failed" | undefined) => summary(records(...all), { proof }).claims;

    expect(claimed("failed")).toEqual(["that its proof failed"]);
    expect(claimed(undefined)).toEqual([]);
  });
});

test("a proof by the build that names the image does not stand for the record that it made it", () => {
  const proof = proofRecord("proofs", id, { result: "passed", token, identity });

  expect(summary(records(proof)).counts).toEqual(["passed"]);
});

describe("an adoption", () => {
  const adoption = (token: string | undefined, result: "made" | "passed" = "passed") =>
    proofRecord("adoptions", id, { result, token, identity });

  test("stands for the records of build and proof", () => {
    expect(summary(records(adoption(token))).counts).toEqual(["made", "passed"]);
    expect(summary(records(adoption(token, "made"))).counts).toEqual(["made"]);
    expect(confirmed(records([adoption(token), provedAt + minute])).provedAt).toBe(provedAt + minute);
  });

  test("holds for an image without a token, too, and for no other token", () => {
    expect(summary(records(adoption(undefined)), { token: undefined }).counts).toEqual(["made", "passed"]);
    expect(summary(records(adoption("4".repeat(64)))).counts).not.toContain("made");
  });

  test("of the records that an image's claims name confirms all of them", () => {
    const adopted = confirmed({}).unrecorded.map(({ record }) => record);

    expect(summary(records(...adopted))).toEqual({ counts: everything, claims: [] });
    // The function api may write no other records of these.
    expect(adopted.filter((key) => !key.startsWith(`adoptions/${id}/`))).toEqual([]);
  });
});

describe("where an image comes from", () => {
  const adoption = proofRecord("adoptions", id, { result: "made", token, identity });

  test("is told by any record of its ID, even if its tags no longer fit", () => {
    const altered = { variant: "another", inputs: {}, token: undefined, proof: undefined };

    expect(confirmed(records(made), altered)).toMatchObject({ origin: "build", made: false });
    expect(confirmed(records(adoption), altered)).toMatchObject({ origin: "adoption", made: false });
    expect(confirmed(records(adoption, failed))).toMatchObject({ origin: "build" });
  });

  test("is unknown by records of another image or of tags alone", () => {
    expect(confirmed(records(...all), { id: "ami-2" }).origin).toBeUndefined();
    expect(confirmed(records(approval, inStable, exemption, `adoptions/${id}/approvals-a`)).origin).toBeUndefined();
  });
});

describe("a retirement and a withdrawal", () => {
  const [before, later] = [provedAt - minute, provedAt + minute];
  const retiredTag = (value: string) => ({
    retiredAt: value.startsWith("retiring") ? undefined : before,
    retiring: value.startsWith("retiring"),
    exemptSince: undefined,
    tags: { "retired-at": value },
  });
  const time = "2026-11-04T09:59:00.000Z";
  const retirement = (value: string) => tagRecord("retirements", id, value);

  test.each([time, `retiring ${time}`])("count only with the record of the tag's value (%s)", (value) => {
    const counts = { retiredAt: value === time ? before : undefined, retiring: value !== time };

    expect(confirmed(records(retirement(value)), retiredTag(value))).toMatchObject(counts);
    expect(confirmed(records(retirement("another")), retiredTag(value))).toMatchObject({
      retiredAt: undefined,
      retiring: false,
      unrecorded: expect.arrayContaining([expect.objectContaining({ claim: "that retention disabled it" })]),
    });
  });

  test.each([
    ["the end of a retirement", tagRecord("retirements", id, time, "ended")],
    ["an exemption", exemption],
  ])("is not brought back by its tag after %s", (_, end) => {
    const disabled = { ...retiredTag(time), state: "disabled" };
    const retiredAt = (...keys: Parameters<typeof records>) => confirmed(records(...keys), disabled).retiredAt;

    expect(retiredAt(retirement(time), [end, later])).toBeUndefined();
    expect(retiredAt([retirement(time), later], end)).toBe(before);
    expect(retiredAt(retirement(time), end)).toBe(before);
    const isRecorded = (...keys: Parameters<typeof records>) => confirmed(records(...keys)).retirementRecorded;
    expect(isRecorded(retirement(time), [end, later])).toBe(false);
    expect(isRecorded([retirement(time), later], end)).toBe(true);
    expect(isRecorded(end)).toBe(false);
  });

  test("counts until its image has the tag of an exemption that a run recorded just before it ended", () => {
    const available = { ...retiredTag(time), state: "available" };

    expect(confirmed(records(retirement(time), [exemption, later]), available).retiredAt).toBe(before);
  });

  test("counts as recorded if a person has adopted it", () => {
    const adopted = `adoptions/${retirement(time).replace(/^retirements\/([^/]+)\//, "$1/retirements-")}`;

    expect(confirmed(records(made, adopted), retiredTag(time))).toMatchObject({
      retiredAt: before,
      retirementRecorded: true,
    });
  });

  test("is not brought back by its tag after it was restored", () => {
    const restored = tagRecord("withdrawals", id, withdrawn, "ended");

    expect(confirmed(records(withdrawal, [restored, later])).withdrawnAt).toBeUndefined();
    expect(confirmed(records([withdrawal, later], restored)).withdrawnAt).toBe(provedAt);
  });
});

test("records begin with the first of any build", () => {
  expect(recordsSince({})).toBeUndefined();
  expect(recordsSince(records([approval, 0], made, [passed, provedAt - minute]))).toBe(provedAt - minute);
});

describe("a revocation", () => {
  const value = "2026-11-04T11:00:00.000Z arn:aws:iam::123456789012:user/ann bad";
  const hash = sha256(value);
  const revoked = { revoked: { ...intervention, reason: "bad" }, tags: { revoked: value } };
  const recorded = revocationRecord("revocations", id, hash);
  const takenBack = revocationRecord("unrevocations", id, hash);

  test("counts by its tag alone", () => {
    expect(confirmed({}, revoked)).toMatchObject({
      revoked: { reason: "bad" },
      revocations: [{ hash, recorded: false }],
    });
  });

  test("stays in force if a person deletes its tag, and says how to take it back", () => {
    expect(confirmed(records(recorded))).toMatchObject({
      revoked: { reason: expect.stringMatching(/deleted its tag .* POST \/unrevoke/), by: undefined, at: provedAt },
      revocations: [{ hash, recorded: true }],
    });
  });

  test("ends with an unrevoke, and begins again with a later record", () => {
    const [before, after] = [provedAt - minute, provedAt + minute];

    expect(confirmed(records(recorded, [takenBack, after]))).toMatchObject({ revoked: undefined, revocations: [] });
    expect(confirmed(records(recorded, takenBack)).revoked).toBeUndefined();
    expect(confirmed(records(recorded, [takenBack, before])).revocations).toMatchObject([{ hash, recorded: true }]);
  });

  test("is known by the ID of its image alone until an unrevoke", () => {
    const another = revocationRecord("revocations", "ami-2", hash);

    expect(revokedByRecord(records(recorded, another))).toEqual([id, "ami-2"]);
    expect(revokedByRecord(records(recorded, another, takenBack))).toEqual(["ami-2"]);
  });

  test("is recorded anew if the same text is tagged again after an unrevoke", () => {
    expect(confirmed(records(recorded, [takenBack, provedAt + minute]), revoked).revocations).toEqual([
      { hash, recorded: false, takenBackAt: provedAt + minute },
    ]);
  });

  test("counts from the last of those whose tags are gone", () => {
    const another = revocationRecord("revocations", id, sha256("another"));

    expect(confirmed(records(recorded, [another, provedAt + minute])).revoked?.at).toBe(provedAt + minute);
  });

  test("does not end with the unrevoke of another revocation or of another image", () => {
    const other = revocationRecord("unrevocations", id, sha256("another"));
    const elsewhere = revocationRecord("unrevocations", "ami-2", hash);

    expect(confirmed(records(recorded, other, elsewhere)).revocations).toEqual([{ hash, recorded: true }]);
  });

  test("counts once with its tag and its record; a second one with another tag counts beside it", () => {
    const another = { ...revoked, tags: { revoked: "worse" } };

    expect(confirmed(records(recorded), revoked).revocations).toEqual([{ hash, recorded: true }]);
    expect(confirmed(records(recorded), another).revocations).toEqual([
      { hash, recorded: true },
      { hash: sha256("worse"), recorded: false },
    ]);
  });
});
