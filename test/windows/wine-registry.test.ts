import { expect, test } from "vitest";
import { changeOf, parseRegistry } from "../../local/windows/wine-registry.ts";

const head = "WINE REGISTRY Version 2\n;; All keys relative to REGISTRY\\\\Machine\n\n#arch=win64\n";

test("a section is a key with its values, whenever it was written", () => {
  const [one, other] = [1, 2].map((time) =>
    parseRegistry(`${head}\n[Software\\\\One] ${time}\n#time=${time}\n"a"=dword:00000001\n"b"=hex:01,\\\n  02\n`),
  );

  expect(one?.keys).toEqual(new Map([["Software\\\\One", '"a"=dword:00000001\n"b"=hex:01,\\\n  02']]));
  expect(other).toEqual(one);
});

test("nothing makes a registry of itself", () => {
  expect(changeOf(registry({ One: '"a"="1"' }), registry({ One: '"a"="1"' }))).toEqual({
    removed: [],
    cleared: [],
    added: "",
  });
});

test("a key that differs loses its values and gets the other ones", () => {
  const change = changeOf(registry({ One: '"a"="1"\n"b"="2"', Two: "" }), registry({ One: '"a"="3"', Two: "" }));

  expect(change).toMatchObject({ removed: [], cleared: ["One"] });
  expect(parseRegistry(change.added)).toEqual(registry({ One: '"a"="3"' }));
});

test("a key that only one registry has goes or comes, with all that is below it", () => {
  const change = changeOf(
    registry({ "Kept\\\\Gone": "", "Kept\\\\Gone\\\\Deep\\\\Deeper": '"a"="1"' }),
    registry({ "Kept\\\\Come\\\\Deep": '"a"="1"' }),
  );

  expect(change).toMatchObject({ removed: ["Kept\\Gone"], cleared: ["Kept\\Come\\Deep"] });
  expect(parseRegistry(change.added)).toEqual(registry({ "Kept\\\\Come\\\\Deep": '"a"="1"' }));
});

test("a key that has only keys below it in the other registry loses its values", () => {
  const change = changeOf(registry({ One: '"a"="1"', "One\\\\Two": "" }), registry({ "One\\\\Two": "" }));

  expect(change).toEqual({ removed: [], cleared: ["One"], added: "" });
});

test("paths are as Windows writes them", () => {
  const change = changeOf(registry({ "A\\\\\\[b\\]\\\\caf\\xe9": "" }), registry({ A: "" }));

  expect(change.removed).toEqual(["A\\[b]"]);
});

function registry(keys: Record<string, string>) {
  return { keys: new Map(Object.entries(keys)) };
}
