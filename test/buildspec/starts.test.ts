import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { openWorkshop, type Workshop } from "./workshop.ts";

const image = "ami-0a1b2c3d4e5f60718";
const build = ["buildspec/build.sh"];
const token = "ab".repeat(32);
const silence = "Timeout waiting for WinRM.";

/** Packer prints the lines of a boot, and they have been read. */
const printed = `for line in 'Instance ID: i-0a1' 'Waiting for auto-generated password for instance...' 'Connected to WinRM!'; do
  echo "==> amazon-ebs.proof: $line"
done
until grep -q 'Connected to WinRM!' "$TIMES_FILE"; do sleep 0.02; done`;

/** A boot whose machine measured this of its start, beside the second or so that the stand-in takes. */
function booted(containerSeconds: number | null, more = ""): string {
  return `${printed}
at="$(node -p 'new Date().toISOString()')"
echo '{"result":"passed","checks":[{"name":"kubelet","passed":true}],"start":{"setUpAt":"'"$at"'","winrmAt":"'"$at"'","containerdSeconds":2.5,
  "containerSeconds":${containerSeconds},"bytesRead":3000,"diskUsedBytes":28000000000,"warnings":[]}}' >"$output_dir/proof.json"
${more}`;
}

/** Boots that follow one another. */
function inTurn(...boots: string[]): string {
  const cases = boots.map((boot, index) => `${index + 1}) ${boot}\n;;`).join("\n");
  return `echo >>"$FAKE/boots"; case "$(wc -l <"$FAKE/boots" | tr -d ' ')" in\n${cases}\nesac`;
}

const failedChecks = `echo '{"result":"failed","checks":[{"name":"imds","passed":false}]}' >"$output_dir/proof.json"`;

/** The names of the written measures, in order. */
function measuresOf(workshop: Workshop): string[] {
  return workshop
    .awsCalls()
    .flatMap((call) => new RegExp(`--key records/measures/${image}/(\\S+)-${token}$`).exec(call)?.[1] ?? []);
}

function millisecondsIn(name: string | undefined): number {
  return Number(/^start-(\d+)$/.exec(name ?? "")?.[1]);
}

function report(workshop: Workshop): { result: string; start: Record<string, number | null> } {
  return JSON.parse(readFileSync(join(workshop.variables.RUN_DIR as string, "reports/proof.json"), "utf8"));
}

function uploaded(workshop: Workshop): number {
  return workshop.awsCalls().filter((call) => call.includes(`reports/${image}/proof.json`)).length;
}

function bootsOf(workshop: Workshop): number {
  return workshop.called("packer-build-proof")?.filter((argument) => argument === "packer/proof/").length ?? 0;
}

describe("a proof that has passed", () => {
  test("records how long the start took and what the disk holds, and then that it has passed", async () => {
    const workshop = openWorkshop({ proof: booted(40) });

    const { code } = await workshop.run(build);

    expect(code).toBe(0);
    expect(measuresOf(workshop)).toEqual([expect.stringMatching(/^start-\d+$/), "size-28000000000"]);
    const { start } = report(workshop);
    expect(start).toMatchObject({
      containerdSeconds: 2.5,
      containerSeconds: 40,
      resolutionSeconds: 5,
      bytesRead: 3000,
    });
    expect(millisecondsIn(measuresOf(workshop)[0])).toBe(Math.round((start.totalSeconds ?? 0) * 1000));
    expect(start.totalSeconds).toBeGreaterThanOrEqual(42.5);
    const keys = workshop.awsCalls().flatMap((call) => /--key (records\/\w+)/.exec(call)?.[1] ?? []);
    expect(keys).toEqual(["records/proofs", "records/measures", "records/measures", "records/proofs"]);
  });

  test("is passed although its start could not be measured: that is said, and nothing is recorded of it", async () => {
    const workshop = openWorkshop({ proof: booted(null) });

    const { code, output } = await workshop.run(build, { SLOW_START_SECONDS: "1" });

    expect(code).toBe(0);
    expect(measuresOf(workshop)).toEqual(["size-28000000000"]);
    expect(report(workshop).start).toMatchObject({ containerSeconds: null, totalSeconds: null });
    expect(bootsOf(workshop)).toBe(1);
    expect(output).toContain("is proved");
  });

  test("of an older recipe, whose machine measures nothing, records nothing of its start", async () => {
    const workshop = openWorkshop();

    const { code, output } = await workshop.run(build, { SLOW_START_SECONDS: "1" });

    expect(code).toBe(0);
    expect(measuresOf(workshop)).toEqual([]);
    expect(output).toContain("The start is not wholly measured: Packer's output does not say when");
  });

  test("is passed although its measures cannot be written", async () => {
    const workshop = openWorkshop({
      proof: booted(40),
      aws: `case "$*" in *records/measures/*) echo 'An error occurred (SlowDown)' >&2; exit 254 ;; esac`,
    });

    const { code, output } = await workshop.run(build);

    expect(code).toBe(0);
    expect(workshop.outcome()).toMatchObject({ PROOF: "passed", FAILURE_CLASS: "" });
    expect(output).toMatch(/records\/measures\/\S+ could not be written, so this measure is missing: .*SlowDown/);
  });
});

test("a line of Packer has the time at which it came, although the system made the process wait when it began", async () => {
  const waited = 60_000;
  const wait = `const [clock, date] = [performance.now.bind(performance), Date.now]; let waited = 0;
    Date.now = () => date() + waited;
    performance.now = () => { waited = ${waited}; return clock() + waited; };`;
  const workshop = openWorkshop({ proof: `echo "printed at $(node -p 'Date.now()')"` });

  const preload = `data:text/javascript,${encodeURIComponent(wait)}`;
  const command = `node --import '${preload}' buildspec/run-packer.mjs "$RUN_DIR/log" packer build packer/proof/`;
  const { code } = await workshop.run(["-c", `TIMES_FILE="$RUN_DIR/times" ${command}`]);

  expect(code).toBe(0);
  const times = readFileSync(join(workshop.variables.RUN_DIR as string, "times"), "utf8");
  const [, came = "", printed] = /^(\S+Z) printed at (\d+)$/m.exec(times) ?? [];
  expect(Date.parse(came) - Number(printed)).toBeGreaterThan(waited - 1_000);
});

test("a proof that has failed records no start", async () => {
  const workshop = openWorkshop({ proof: `${booted(40)}\n${failedChecks}` });

  await workshop.run(build, { SLOW_START_SECONDS: "10" });

  expect(workshop.outcome()).toMatchObject({ PROOF: "failed" });
  expect(measuresOf(workshop)).toEqual([]);
  expect(bootsOf(workshop)).toBe(1);
});

describe("a slow start", () => {
  const slow = { SLOW_START_SECONDS: "100" };

  test.each([
    ["faster", 40, 40],
    ["slower", 500, 300],
  ])("is measured once more, and a second one that is %s is recorded, too", async (_, second, kept) => {
    const workshop = openWorkshop({ proof: inTurn(booted(300), booted(second)) });

    const { code, output } = await workshop.run(build, slow);

    expect(code).toBe(0);
    expect(workshop.outcome()).toMatchObject({ PROOF: "passed", FAILURE_CLASS: "", FAILURE_LINES: "" });
    const [one, , two] = measuresOf(workshop);
    expect([one, two].map((name) => Math.floor(millisecondsIn(name) / 100_000))).toEqual([3, Math.floor(second / 100)]);
    const { start } = report(workshop);
    expect(start.containerSeconds).toBe(kept);
    expect(start.slowerSeconds).toBeGreaterThan(Math.max(300, second === 40 ? 0 : second));
    expect(output).toContain("took longer than 100 s");
    expect(uploaded(workshop)).toBe(1);
  });

  test.each([undefined, "", "0", "fast", "100; touch pwned"])("is none if the limit is %j", async (limit) => {
    const workshop = openWorkshop({ proof: booted(300) });

    const { code, output } = await workshop.run(build, limit === undefined ? {} : { SLOW_START_SECONDS: limit });

    expect(code).toBe(0);
    expect(bootsOf(workshop)).toBe(1);
    expect(output.includes("no start is slow")).toBe(Boolean(limit));
  });

  test("is none below the limit", async () => {
    const workshop = openWorkshop({ proof: booted(40) });

    await workshop.run(build, slow);

    expect(bootsOf(workshop)).toBe(1);
  });

  test("makes an image bad whose second boot fails its checks", async () => {
    const workshop = openWorkshop({ proof: inTurn(booted(300), failedChecks) });

    const { code } = await workshop.run(build, slow);

    expect(code).not.toBe(0);
    expect(workshop.outcome()).toMatchObject({ PROOF: "failed", FAILURE_CLASS: "proof" });
    expect(workshop.outcome().FAILURE_CAUSE).toContain("imds");
    expect(report(workshop).result).toBe("failed");
  });

  test.each([
    ["Packer fails", inTurn(booted(300), "echo '--> amazon-ebs.proof: connection reset'; exit 1"), {}],
    [
      "there is no capacity",
      inTurn(booted(300), "echo '--> amazon-ebs.proof: api error InsufficientInstanceCapacity: no'; exit 1"),
      {},
    ],
    ["no check has run", inTurn(booted(300), ":"), {}],
    ["the machine is silent", inTurn(booted(300), `echo '--> amazon-ebs.proof: ${silence}'; exit 1`), {}],
    [
      "EC2 does not describe the image then",
      inTurn(booted(300), booted(40)),
      { described: `[ "$(wc -l <"$FAKE/boots" | tr -d ' ')" = 1 ] || { echo Unavailable >&2; exit 254; }; echo v2.0` },
    ],
  ])("counts as it is if %s at the second boot", async (_, proof, more) => {
    const workshop = openWorkshop({ proof, ...more });

    const { code, output } = await workshop.run(build, slow);

    expect(code).toBe(0);
    expect(bootsOf(workshop)).toBe(2);
    expect(workshop.outcome()).toEqual({
      IMAGE_ID: image,
      PROOF: "passed",
      FAILURE_CLASS: "",
      FAILURE_CAUSE: "",
      FAILURE_LINES: "",
    });
    expect(output).toContain("The second boot has no result: the first start counts.");
    expect(report(workshop).start).toMatchObject({ containerSeconds: 300 });
    expect(measuresOf(workshop)).toHaveLength(2);
  });

  test("of which the second boot measures nothing counts as it is", async () => {
    const workshop = openWorkshop({ proof: inTurn(booted(300), booted(null)) });

    const { code } = await workshop.run(build, slow);

    expect(code).toBe(0);
    expect(report(workshop).start).toMatchObject({ containerSeconds: 300, slowerSeconds: null });
  });

  test.each([
    ["is measured once more", 1605, 1600, 2],
    ["is not", 1605, 1610, 1],
    ["is not, with a shorter timeout,", 100, 110, 1],
  ])(
    "%s if a second proof may begin in the first %i minutes and the build has taken %i",
    async (_, limit, taken, boots) => {
      const workshop = openWorkshop({ proof: inTurn(booted(300), booted(40)) });
      const late = `export BUILD_BEGAN=$(($(date +%s) - ${taken} * 60)); mkdir -p "$RUN_DIR/reports"
      . buildspec/outcome.sh; begin_outcome; bash buildspec/write-variables.sh; PACKER="$(type -P packer)" bash buildspec/prove-image.sh ${image}`;

      const { code, output } = await workshop.run(["-c", late], { ...slow, SECOND_PROOF_MINUTES: `${limit}` });

      expect(code).toBe(0);
      expect(bootsOf(workshop)).toBe(boots);
      expect(output.includes("There is no time left for that: the first start counts.")).toBe(boots === 1);
      expect(report(workshop).start).toMatchObject({ containerSeconds: boots === 1 ? 300 : 40 });
    },
  );
});
