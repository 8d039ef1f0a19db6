import { expect, test } from "vitest";
import { placeRecordsIn, placeRetirementRecord, type Retirement } from "../../../../functions/domain/place-records.ts";
import { ireland } from "../../../placed.ts";

function read(...written: [what: Retirement, at: number][]) {
  const records = written.map(([what, at]) => ({
    name: placeRetirementRecord("ami-c1", what).split("/").slice(1).join("/"),
    at,
    kind: "place-retirements",
  }));
  const { retired, released } = placeRecordsIn({ "place-retirements": records }, [ireland]);
  return [retired["ami-c1"], released["ami-c1"]];
}

test("a copy is retired since the service disabled it last", () => {
  expect(read()).toEqual([undefined, undefined]);
  expect(read(["disabled", 5])).toEqual([5, undefined]);
});

test("it is no more once the service, or a person, has enabled it again", () => {
  expect(read(["disabled", 5], ["enabled", 6])).toEqual([undefined, undefined]);
  expect(read(["disabled", 5], ["released", 6])).toEqual([undefined, 6]);
});

test("it is again if the service disables it after that", () => {
  expect(read(["disabled", 7], ["enabled", 6])).toEqual([7, undefined]);
});
