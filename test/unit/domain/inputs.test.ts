import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseConfiguration } from "../../../functions/config/configuration.ts";
import {
  areComplete,
  canonical,
  clipTag,
  describeChange,
  drift,
  inputNames,
  inputsFromTags,
  inputsToTags,
  missingInputs,
  type RecordedInputs,
  settingsHash,
} from "../../../functions/domain/inputs.ts";

const complete = {
  baseAmi: "ami-00000000000000001",
  kubernetes: "1.35.7",
  patchTuesday: "2026-10-13",
  recipe: "a".repeat(64),
  settings: "b".repeat(64),
};

const recordedInputs = fc
  .record(
    Object.fromEntries(
      inputNames.map((name) => [name, fc.option(fc.string({ minLength: 1, maxLength: 400 }), { nil: undefined })]),
    ),
  )
  .map((inputs) => inputs as RecordedInputs);

describe("drift", () => {
  test("names every changed input, in the order of the table", () => {
    const changes = drift(complete, { ...complete, kubernetes: "1.35.8", baseAmi: "ami-00000000000000002" });
    expect(changes.map(describeChange)).toEqual([
      "baseAmi ami-00000000000000001 → ami-00000000000000002",
      "kubernetes 1.35.7 → 1.35.8",
    ]);
  });

  test("shortens hashes", () => {
    expect(drift(complete, { recipe: "c".repeat(64) }).map(describeChange)).toEqual([
      "recipe aaaaaaaaaaaa → cccccccccccc",
    ]);
  });

  test("includes an input that is not recorded", () => {
    const { settings: _, ...older } = complete;
    expect(drift(older, complete).map(({ input }) => input)).toEqual(["settings"]);
  });

  test("excludes an input that is unknown now", () => {
    expect(drift({ ...complete, request: "r1" }, { ...complete, baseAmi: undefined })).toEqual([]);
  });

  test("includes the first request", () => {
    expect(drift(complete, { ...complete, request: "r1" }).map(describeChange)).toEqual(["request none → r1"]);
  });

  test("is empty between equal inputs, even if a tag clipped a value", () => {
    fc.assert(
      fc.property(recordedInputs, (inputs) => {
        expect(drift(inputsFromTags(inputsToTags(inputs)), inputs)).toEqual([]);
      }),
    );
  });
});

describe("input tags", () => {
  test("have the project's prefix", () => {
    expect(inputsToTags({ kubernetes: "1.35.7" })).toEqual({ "eks-windows-images:input:kubernetes": "1.35.7" });
  });

  test("never exceed EC2's 256 characters", () => {
    fc.assert(
      fc.property(recordedInputs, (inputs) => {
        for (const value of Object.values(inputsToTags(inputs))) expect(value.length).toBeLessThanOrEqual(256);
      }),
    );
  });

  test("never end in half a character", () => {
    expect(clipTag(`${"a".repeat(254)}😀😀`)).toBe(`${"a".repeat(254)}…`);
    expect(clipTag(`${"a".repeat(254)}😀`)).toBe(`${"a".repeat(254)}😀`);
  });

  test("of other projects are ignored", () => {
    expect(inputsFromTags({ Name: "x", "eks-windows-images:input:unheard": "y" })).toEqual({});
  });
});

describe("completeness", () => {
  test("requires the harvest of an assembled build", () => {
    expect(missingInputs(complete, "layer")).toEqual([]);
    expect(missingInputs(complete, "assemble")).toEqual(["harvest"]);
    expect(areComplete({ ...complete, harvest: "c".repeat(64) }, "assemble")).toBe(true);
  });

  test("of an image requires every input except harvest and request", () => {
    expect(areComplete(complete)).toBe(true);
    expect(missingInputs({ baseAmi: "ami-00000000000000001", kubernetes: "1.35.7" })).toEqual([
      "patchTuesday",
      "recipe",
      "settings",
    ]);
  });
});

test("the canonical text does not depend on the order of the fields", () => {
  const reversed = Object.fromEntries(Object.entries(complete).reverse());
  expect(canonical(reversed)).toBe(canonical(complete));
});

describe("the settings' hash", () => {
  const base = { windows: 2022, kubernetes: "1.35" } as const;
  const hashOf = (changes: object) => {
    const [variant] = parseConfiguration({ variants: [{ ...base, ...changes }] }).variants;
    if (!variant) throw new Error("no variant");
    return settingsHash(variant);
  };

  test.each([
    { containerImages: ["mcr.microsoft.com/windows/nanoserver:ltsc2022"] },
    { registryMirrors: { "docker.io": ["https://mirror.example.com"] } },
    { deniedUpdates: ["KB5040437"] },
    { diskGiB: 120 },
    { diskThroughput: 250 },
    { skipRegionalSetup: true },
    { edition: "Full" },
    { base: "Base" },
  ])("changes with %j", (changes) => {
    expect(hashOf(changes)).not.toBe(hashOf({}));
  });

  test("changes neither with the name, which is the identity, nor with the order of the mirrors' hosts", () => {
    const mirrors = (hosts: string[]) => ({
      registryMirrors: Object.fromEntries(hosts.map((host) => [host, ["https://mirror.example.com"]])),
    });
    expect(hashOf({ name: "other" })).toBe(hashOf({}));
    expect(hashOf(mirrors(["docker.io", "quay.io"]))).toBe(hashOf(mirrors(["quay.io", "docker.io"])));
  });
});
