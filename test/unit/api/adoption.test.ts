import { describe, expect, test } from "vitest";
import { decideAdopt } from "../../../functions/api/adopt.ts";
import type { Image } from "../../../functions/domain/images.ts";
import { withRecords } from "../../../functions/domain/recorded-images.ts";
import { core, hour, scene } from "../../scene.ts";

const claims = [
  { claim: "that this service made it", record: "adoptions/ami-1/passed-a-b" },
  { claim: "that its proof passed", record: "adoptions/ami-1/passed-a-b" },
  { claim: "that stable got it", record: "adoptions/ami-1/publications-stable-c" },
];

function decide(changes: Partial<Image> = {}, recordsSince?: number) {
  const story = scene().image("ami-1", { made: false, origin: undefined, unrecorded: claims, ...changes });
  return decideAdopt({ ...story.world, recordsSince }, "ami-1");
}

describe("POST /adopt", () => {
  test("records each claim once, and last the one that makes the image count", () => {
    expect(decide()).toMatchObject({
      outcome: "accepted",
      variant: core,
      records: ["adoptions/ami-1/publications-stable-c", "adoptions/ami-1/passed-a-b"],
    });
  });

  test("can be repeated after it stopped between two records: the image does not count yet", () => {
    const [tagged] = withRecords(
      [
        {
          ...(scene().image("ami-1").world.images[0] as Image),
          published: { stable: { at: 1, previous: undefined } },
          tags: { "published-stable": "1970-01-01T00:00:00.001Z none" },
        },
      ],
      {},
    );
    const first = decideAdopt(scene().image("ami-1", tagged).world, "ami-1");
    const [kind = "", ...name] = (first.outcome === "accepted" ? first.records[0] : undefined)?.split("/") ?? [];
    const records = { [kind]: [{ kind, name: name.join("/"), at: 1 }] };
    const [after] = withRecords(
      [
        {
          ...(tagged as Image),
          published: { stable: { at: 1, previous: undefined } },
          tags: { "published-stable": "1970-01-01T00:00:00.001Z none" },
          proof: "passed",
        },
      ],
      records,
    );

    expect(after).toMatchObject({ made: false, origin: undefined, published: { stable: expect.anything() } });
    expect(decideAdopt(scene().image("ami-1", after).world, "ami-1")).toMatchObject({ outcome: "accepted" });
  });

  test("is refused for an image that a build has recorded, whatever its tags say now", () => {
    expect(decide({ origin: "build" })).toMatchObject({
      status: 409,
      why: "ami-1 has records of its build, so it is not from before records",
      allowed: { image: [] },
    });
    expect(decide({ origin: "adoption" })).toMatchObject({ outcome: "accepted" });
  });

  test("is refused for an image that was made after the first record, and lists those from before", () => {
    const createdAt = Date.parse("2026-11-04T10:00:00Z");

    expect(decide({ createdAt }, createdAt)).toMatchObject({
      status: 409,
      why: "ami-1 was made at 2026-11-04T10:00:00.000Z, after the first record, so it is not from before records",
      allowed: { image: [] },
    });
    expect(decide({ createdAt }, createdAt + hour)).toMatchObject({ outcome: "accepted" });
  });
});
