import { expect, test } from "vitest";
import { shareReads } from "../../../functions/io/shared-reads.ts";

/** A store whose reads end when the test says so. */
function store() {
  const reads: (() => void)[] = [];
  let content = "first";
  const read = shareReads(async (_bucket: string) => {
    const found = content;
    await new Promise<void>((resolve) => reads.push(resolve));
    return found;
  });
  return { read, reads, write: (text: string) => (content = text) };
}

test("whoever asks while a read is under way gets what a later one finds", async () => {
  const { read, reads, write } = store();
  const early = read("bucket");
  write("second");
  const late = [read("bucket"), read("bucket"), read("bucket")];
  reads[0]?.();

  expect(await early).toBe("first");
  await expect.poll(() => reads.length).toBe(2);
  reads[1]?.();
  expect(await Promise.all(late)).toEqual(["second", "second", "second"]);
});

test("reads of different things are not shared", async () => {
  const { read, reads } = store();
  const both = [read("one"), read("other")];
  expect(reads).toHaveLength(2);
  for (const end of reads) end();
  expect(await Promise.all(both)).toEqual(["first", "first"]);
});

test("a read that fails does not fail the next one", async () => {
  let count = 0;
  const read = shareReads(async () => {
    count += 1;
    if (count === 1) throw new Error("S3 does not answer");
    return count;
  });
  const [first, second] = [read(), read()];
  await expect(first).rejects.toThrow("S3 does not answer");
  expect(await second).toBe(2);
  expect(await read()).toBe(3);
});
