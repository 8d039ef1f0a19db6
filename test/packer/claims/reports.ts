import { unchecked } from "./exceptions.ts";
import type { Fact } from "./facts.ts";
import { leafOf, overlap } from "./paths.ts";
import type { Event } from "./run.ts";
import { isListed, say } from "./things.ts";
import { tables, texts } from "./values.ts";

/** Programs that Pester looks at are in the image report, and the other way round. */
export function reports(all: Fact[]): string[] {
  const entries = all.filter(({ kind }) => kind === "report entry");
  const tested = all.filter(
    ({ kind, act, place }) => kind === "file" && act === "reads" && place.script.startsWith("tests/"),
  );
  return [
    ...tested
      .filter(
        ({ subject }) =>
          /^C:\\Program.*\.exe$/i.test(subject) && !entries.some((entry) => overlap(entry.subject, subject)),
      )
      .map(say("is not in the image report")),
    ...entries
      .filter(
        (entry) =>
          !isListed(unchecked, { ...entry, kind: "file" }) &&
          !tested.some((fact) => overlap(entry.subject, fact.subject)),
      )
      .map(say("is looked at by no check")),
  ];
}

/** Fields of JSON files that somebody reads and nobody writes. */
export function fields(events: Event[]): string[] {
  const written = new Map<string, Set<string>>();
  for (const { command, positional } of events) {
    if (!/^\[IO\.File\]::WriteAllText$/i.test(command)) continue;
    const [path = [], content = []] = positional;
    for (const file of texts(path).map(leafOf)) {
      const names = tables(content).flatMap(({ entries }) => [...entries.keys()]);
      if (names.length > 0) written.set(file, new Set([...(written.get(file) ?? []), ...names]));
    }
  }
  return events
    .filter(({ command }) => command === ".")
    .flatMap(({ input, positional, place }) => {
      const file = texts(input)[0]?.slice(1, -1) ?? "";
      const field = texts(positional.flat())[0]?.toLowerCase() ?? "";
      const isWritten = /^(properties|\*)$/.test(field) || (written.get(file)?.has(field) ?? true);
      return isWritten ? [] : `${place.script}:${place.line}: ${file} has no ${field}`;
    });
}
