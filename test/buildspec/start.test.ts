import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { fasterStart, isSlow, measuresOf, mergeStart, timesOf } from "../../buildspec/start.mjs";

/** What Packer 1.16.0 printed, with the times that run-packer.mjs gave the lines. */
const output = `2026-12-01T10:00:00.000Z amazon-ebs.proof: output will be in this color.
2026-12-01T10:00:02.100Z ==> amazon-ebs.proof: Found Image ID: ami-bdf531d7a9fb16804
2026-12-01T10:00:03.000Z ==> amazon-ebs.proof: Launching a source AWS instance...
2026-12-01T10:00:04.500Z ==> amazon-ebs.proof: Instance ID: i-be812040d0e176a9c
2026-12-01T10:00:04.500Z ==> amazon-ebs.proof: Waiting for instance (i-be812040d0e176a9c) to become ready...
2026-12-01T10:00:19.750Z ==> amazon-ebs.proof: Waiting for auto-generated password for instance...
2026-12-01T10:00:19.750Z ==> amazon-ebs.proof: It is normal for this process to take up to 15 minutes,
2026-12-01T10:02:55.000Z ==> amazon-ebs.proof: Password retrieved!
2026-12-01T10:02:55.000Z ==> amazon-ebs.proof: Waiting for WinRM to become available...
2026-12-01T10:03:10.250Z ==> amazon-ebs.proof: WinRM connected.
2026-12-01T10:03:10.300Z ==> amazon-ebs.proof: Connected to WinRM!
2026-12-01T10:05:00.000Z ==> amazon-ebs.proof: EKSWIN-PROOF passed
2026-12-01T10:06:00.000Z the end
`;

const guest = {
  setUpAt: "2026-12-01T10:03:20.5000000Z",
  winrmAt: "2026-12-01T10:01:30.3000000Z",
  containerdSeconds: 2.25,
  containerSeconds: 20.5,
  bytesRead: 3_221_225_472,
  diskUsedBytes: 28_000_000_000,
  warnings: [],
};

const whole = mergeStart(guest, timesOf(output), 5);

describe("a start", () => {
  test("counts from the answer of RunInstances and ends with the first container", () => {
    expect(whole).toEqual({
      launchedAt: "2026-12-01T10:00:04.500Z",
      runningSeconds: 15.25,
      setUpSeconds: 196,
      winrmSeconds: 85.8,
      containerdSeconds: 2.25,
      containerSeconds: 20.5,
      totalSeconds: 218.75,
      resolutionSeconds: 5,
      bytesRead: 3_221_225_472,
      diskUsedBytes: 28_000_000_000,
      warnings: [],
    });
  });

  test("that opens WinRM after Windows is set up counts from that", () => {
    const early = { ...guest, setUpAt: "2026-12-01T10:01:00Z" };

    expect(mergeStart(early, timesOf(output), 5).totalSeconds).toBe(85.8 + 2.25 + 20.5);
  });

  test("does not count how long EC2 keeps the password back, for which Packer waits", () => {
    const late = output.replaceAll("T10:02:55.000Z", "T10:03:09.000Z").replaceAll("T10:03:10.", "T10:04:10.");

    expect(mergeStart(guest, timesOf(late), 5)).toEqual(whole);
  });

  test("is measured no finer than Packer looks", () => {
    expect([1, 5, 30].map((delay) => mergeStart(guest, timesOf(output), delay).resolutionSeconds)).toEqual([1, 5, 30]);
  });

  test("has the polling delay of the template as the one that measure.mjs assumes", () => {
    const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");
    const [, ofTemplate] =
      /"aws_poll_delay_seconds" \{[^}]*?default\s*=\s*(\d+)/.exec(read("packer/proof/waits.pkr.hcl")) ?? [];
    const [, assumed] = /usualDelay = (\d+);/.exec(read("buildspec/measure.mjs")) ?? [];

    expect(assumed).toBe(ofTemplate);
  });

  test.each([
    ["before Packer ran", "2026-12-01T09:59:59.999Z"],
    ["after Packer ran", "2026-12-01T10:06:00.001Z"],
    ["in another time zone", "2026-12-01T02:03:20Z"],
  ])("whose machine says that it was set up %s has no total, because the clock is wrong", (_, setUpAt) => {
    const start = mergeStart({ ...guest, setUpAt }, timesOf(output), 5);

    expect(start).toMatchObject({ setUpSeconds: null, totalSeconds: null, winrmSeconds: 85.8 });
    expect(start.warnings).toEqual([expect.stringContaining("its clock is wrong")]);
  });

  test("whose machine's clock is so little behind that it was set up at once counts from WinRM", () => {
    const behind = { ...guest, setUpAt: "2026-12-01T10:00:00Z" };

    expect(mergeStart(behind, timesOf(output), 5)).toMatchObject({
      setUpSeconds: 0,
      totalSeconds: 85.8 + 2.25 + 20.5,
      warnings: [],
    });
  });

  test.each([
    ["setUpSeconds", { setUpAt: null }],
    ["setUpSeconds", { setUpAt: "tomorrow" }],
    ["winrmSeconds", { winrmAt: null }],
    ["winrmSeconds", { winrmAt: "2026-12-01T11:00:00Z" }],
    ["containerdSeconds", { containerdSeconds: null }],
    ["containerdSeconds", { containerdSeconds: -1 }],
    ["containerSeconds", { containerSeconds: "20" }],
    ["containerSeconds", { containerSeconds: undefined }],
  ])("without %s (%j) has no total", (missing, changed) => {
    const start = mergeStart({ ...guest, ...changed }, timesOf(output), 5);

    expect(start).toMatchObject({ [missing]: null, totalSeconds: null, diskUsedBytes: 28_000_000_000 });
  });

  test("keeps what the guest says that it could not measure, also if PowerShell has unrolled the list", () => {
    const start = mergeStart({ ...guest, bytesRead: null, warnings: "BytesRead was not measured" }, timesOf(output), 5);

    expect(start).toMatchObject({ bytesRead: null, totalSeconds: 218.75, warnings: ["BytesRead was not measured"] });
  });

  test("of a guest that measured nothing is that of the host", () => {
    expect(mergeStart(undefined, timesOf(output), 5)).toMatchObject({ runningSeconds: 15.25, totalSeconds: null });
  });

  test.each(["", "no times here\n", "2026-12-01T10:00:00.000Z amazon-ebs.proof: output will be in this color.\n"])(
    "without its launch in Packer's output (%j) has only what the guest measured",
    (text) => {
      const start = mergeStart(guest, timesOf(text), 5);

      expect(start).toMatchObject({ launchedAt: null, winrmSeconds: null, setUpSeconds: null, totalSeconds: null });
      expect(start).toMatchObject({ containerdSeconds: 2.25, bytesRead: 3_221_225_472 });
      expect(start.warnings).toEqual(["Packer's output does not say when it launched an instance."]);
    },
  );

  test("is not what a script prints that talks like Packer", () => {
    const said = "2026-12-01T10:04:00.000Z ==> amazon-ebs.proof: ==> x: Instance ID: i-0a1\n";
    const later = "2026-12-01T10:04:00.000Z ==> amazon-ebs.proof: Instance ID: i-0a1\n";

    expect(timesOf(said).launchedAt).toBeUndefined();
    expect(timesOf(`${output}${later}`).launchedAt).toBe(timesOf(output).launchedAt);
  });
});

describe("of two starts", () => {
  const of = (totalSeconds: number | null) => ({ ...whole, totalSeconds });

  test.each([
    [300, 200, true, 300],
    [300, 400, false, 400],
    [300, 300, false, 300],
    [300, null, false, null],
    [null, 200, true, null],
  ])("of %j and %j s, the faster one counts", (first, second, isSecond, slowerSeconds) => {
    expect(fasterStart(of(first), of(second))).toEqual({
      start: { ...of(isSecond ? second : first), slowerSeconds },
      isSecond,
    });
  });

  test.each([
    [300.001, 300, true],
    [300, 300, false],
    [null, 300, false],
  ])("a start of %j s is slower than %j: %j", (total, limit, slow) => {
    expect(isSlow(of(total), limit)).toBe(slow);
  });
});

describe("records of a start", () => {
  test("say milliseconds and bytes", () => {
    expect(measuresOf(whole)).toEqual(["start-218750", "size-28000000000"]);
  });

  test.each([
    ["are not written of what is not known", { totalSeconds: null, diskUsedBytes: null }],
    ["are not written of nothing", { totalSeconds: 0, diskUsedBytes: 0 }],
    ["are not written of what cannot be", { totalSeconds: 86_400, diskUsedBytes: 2 ** 46 }],
    ["are not written of parts", { totalSeconds: null, diskUsedBytes: 1.5 }],
  ])("%s", (_, start) => {
    expect(measuresOf(start)).toEqual([]);
  });

  test("are written up to a day and the largest disk", () => {
    expect(measuresOf({ totalSeconds: 86_399.999, diskUsedBytes: 2 ** 46 - 1 })).toEqual([
      "start-86399999",
      "size-70368744177663",
    ]);
  });
});
