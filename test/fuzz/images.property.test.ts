import type { Image as Ec2Image } from "@aws-sdk/client-ec2";
import fc from "fast-check";
import { expect, test } from "vitest";
import { statusOf } from "../../functions/api/status.ts";
import { inputNames } from "../../functions/domain/inputs.ts";
import { plan } from "../../functions/domain/plan.ts";
import { withRecords } from "../../functions/domain/recorded-images.ts";
import { revokedByRecord } from "../../functions/domain/recorded-revocations.ts";
import type { StoredRecord } from "../../functions/domain/records.ts";
import type { World } from "../../functions/domain/world.ts";
import { fromEc2 } from "../../functions/io/tagged-image.ts";
import { textOf } from "../../functions/texts/notification-text.ts";
import { recordsOf } from "../records.ts";
import { core, hour, scene } from "../scene.ts";
import { forgedLinesOfMail, hostileText, orHostile, safe } from "./hostile.ts";

const ids = ["ami-0000000000000000a", "ami-0000000000000000b"];
const decisions = ["approved", "revoked", "withdrawn-at", "retired-at", "published-candidate", "published-stable"];
const names = [
  "variant",
  "token",
  "reasons",
  "proof",
  "proved-at",
  ...decisions,
  ...inputNames.map((name) => `input:${name}`),
];
const time = "2026-11-04T11:00:00.000Z";

const tag = fc.record({
  Key: fc.oneof(
    { weight: 5, arbitrary: fc.constantFrom(...names).map((name) => `eks-windows-images:${name}`) },
    { weight: 1, arbitrary: hostileText.map((name) => `eks-windows-images:${name}`) },
    { weight: 1, arbitrary: hostileText },
  ),
  Value: orHostile("passed", core, "removed", time, `${time} ami-0123456789abcdef0`, `released ${time}`),
});

const image: fc.Arbitrary<Ec2Image> = fc.record({
  ImageId: fc.constantFrom(...ids),
  Name: hostileText,
  State: fc.constantFrom("available", "disabled", "pending", "failed"),
  CreationDate: orHostile(time),
  DeprecationTime: orHostile(time),
  Tags: fc
    .tuple(orHostile(core, "removed"), fc.array(tag, { maxLength: 12 }))
    .map(([variant, tags]) => [{ Key: "eks-windows-images:variant", Value: variant }, ...tags]),
});

/** A record that confirms what the tags say, or anything below `records/`. */
const record = (now: number): fc.Arbitrary<StoredRecord> =>
  fc.record({
    kind: orHostile("proofs", "adoptions", "revocations", "unrevocations", "approvals", "retirements", "exemptions"),
    name: fc.tuple(orHostile(...ids), hostileText).map((parts) => parts.join("/")),
    at: fc.constantFrom(now - hour, now - 2 * hour, 0),
  });

const { world } = scene().published("ami-00000000000000001");
const found = fc.record({
  images: fc.uniqueArray(image, { minLength: 1, maxLength: 2, selector: ({ ImageId }) => ImageId }),
  records: fc.array(record(world.now), { maxLength: 6 }),
  confirmed: fc.boolean(),
});

function worldOf({
  images,
  records,
  confirmed,
}: typeof found extends fc.Arbitrary<infer Found> ? Found : never): World {
  const tagged = images.flatMap((one) => fromEc2(one, (text) => text) ?? []);
  const confirming = images.flatMap(({ ImageId = "", Tags = [] }) => {
    const own = Tags.map(({ Key = "", Value = "" }) => [Key.replace("eks-windows-images:", ""), Value]);
    return recordsOf(ImageId, Object.fromEntries(own)).map((key): StoredRecord => {
      const [kind = "", ...name] = key.split("/");
      return { kind, name: name.join("/"), at: world.now - hour };
    });
  });
  const all = Object.groupBy([...records, ...(confirmed ? confirming : [])], ({ kind }) => kind);
  const more = withRecords(tagged, all);
  return { ...world, images: [...world.images, ...more], revokedByRecord: revokedByRecord(all) };
}

test("tags and records of an image stop neither plan nor status, publish nothing without records, forge no mail", () =>
  safe(found, (each) => {
    const seen = worldOf(each);
    statusOf(seen, "/channels");
    for (const action of plan(seen)) {
      if (action.do === "publish" && !each.confirmed && each.records.length === 0)
        expect(ids).not.toContain(action.image);
      if ("order" in action) expect(JSON.stringify(action.order.variables)).not.toContain("FORGED");
      if (action.do !== "announce") continue;
      const { subject, text } = textOf(action.notification, { stage: "production" });
      expect(subject).toMatch(/^\[eks-windows-images\] [\x20-\x7e]{1,79}$/);
      expect(forgedLinesOfMail(text)).toEqual([]);
      expect(text).not.toMatch(/[\p{Zl}\p{Zp}]|(?!\n)\p{Cc}/u);
    }
  }));
