import { describe, expect, test } from "vitest";
import { judgeUse } from "../../../functions/domain/references.ts";

const running = { image: "ami-1", by: "instance/i-1" };

describe("the use of an image, judged from two answers, is", () => {
  test("unused if neither answer names the image", () => {
    expect(judgeUse("ami-1", [], [])).toEqual({ state: "unused" });
  });

  test("what DescribeImageReferences names, even if nothing else shows it", () => {
    expect(judgeUse("ami-1", [running], [])).toEqual({ state: "used", by: ["instance/i-1"] });
    expect(judgeUse("ami-1", [running], [running])).toEqual({ state: "used", by: ["instance/i-1"] });
  });

  test("unknown if DescribeImageReferences leaves out a use that EC2 shows elsewhere", () => {
    expect(judgeUse("ami-1", [], [running])).toEqual({
      state: "unknown",
      why: "instance/i-1 uses ami-1, which DescribeImageReferences leaves out",
    });
  });

  test("unknown for other images, too, because the answer may have left out other uses", () => {
    expect(judgeUse("ami-2", [], [running])).toMatchObject({ state: "unknown" });
    expect(judgeUse("ami-1", [running], [running, { image: "ami-2", by: "instance/i-2" }])).toMatchObject({
      state: "unknown",
    });
  });
});
