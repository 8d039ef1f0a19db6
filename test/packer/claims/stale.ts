import { brought } from "./base.ts";
import { elsewhere, passing, type Unchecked, unchecked, unsought } from "./exceptions.ts";
import type { Fact } from "./facts.ts";
import { generalize, inventory } from "./leftovers.ts";
import { overlap } from "./paths.ts";
import { isListed } from "./things.ts";

/** Lines of the tables that say nothing any more, or are no longer true. */
export function staleLines(facts: Fact[]): string[] {
  return [
    ...brought.flatMap(({ kind, subjects }) =>
      subjects.flatMap((subject) => {
        const meant = facts.filter((fact) => fact.kind === kind && overlap(subject, fact.subject));
        const maker = meant.find((fact) => fact.act === "writes" && !/[*<]/.test(fact.subject));
        if (maker)
          return `${subject} is said to be brought along, but ${maker.place.script}:${maker.place.line} makes it`;
        return meant.some(({ act }) => act !== "writes")
          ? []
          : `${subject} is said to be brought along, but nobody asks for it`;
      }),
    ),
    ...unneeded(
      unchecked,
      facts.filter(({ act }) => act === "writes"),
    ).map((subject) => `${subject} is said to be made and not checked, but nobody makes it`),
    ...unneeded(
      unsought,
      facts.filter(({ act, place }) => act === "removes" && place.script === generalize),
    ).map((subject) => `${subject} is said to be taken away, but it is not`),
    ...unneeded(
      passing,
      facts.filter(({ act, place }) => act === "reads" && place.script === inventory),
    ).map((subject) => `${subject} is said to be looked at by the inventory, but it is not`),
    ...elsewhere
      .filter(({ script, subject }) => !facts.some((fact) => fact.place.script === script && fact.subject === subject))
      .map(({ script, subject }) => `${script} is said to write to ${subject}, but it does not`),
  ];
}

function unneeded(list: Unchecked[], facts: Fact[]): string[] {
  return list.filter((line) => !facts.some((fact) => isListed([line], fact))).map(({ subject }) => subject);
}
