import { describe, expect, test } from "vitest";
import { judgeUse } from "../../../functions/domain/references.ts";

const running = { image: "ami-1", by: "instance/i-1" };

describe("who uses an image, by two answers", () => {
  test("nobody, where neither names anything", () => {
    expect(judgeUse("ami-1", [], [])).toEqual({ state: "unused" });
  });

  test("what DescribeImageReferences names, also where nothing else shows it", () => {
    expect(judgeUse("ami-1", [running], [])).toEqual({ state: "used", by: ["instance/i-1"] });
    expect(judgeUse("ami-1", [running], [running])).toEqual({ state: "used", by: ["instance/i-1"] });
  });

  test("nobody can tell, where EC2 shows elsewhere what DescribeImageReferences leaves out", () => {
    expect(judgeUse("ami-1", [], [running])).toEqual({
      state: "unknown",
      why: "instance/i-1 uses ami-1, which DescribeImageReferences leaves out",
    });
  });

  test("nobody can tell of another image either: an answer that leaves out one use may have left out others", () => {
    expect(judgeUse("ami-2", [], [running])).toMatchObject({ state: "unknown" });
    expect(judgeUse("ami-1", [running], [running, { image: "ami-2", by: "instance/i-2" }])).toMatchObject({
      state: "unknown",
    });
  });
});
