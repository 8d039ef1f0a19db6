import { brought } from "./base.ts";
import { gates, type Unchecked } from "./exceptions.ts";
import type { Fact } from "./facts.ts";
import { isWithin, overlap } from "./paths.ts";
import { isOpen } from "./values.ts";

export function isSameThing(a: Fact, b: Fact): boolean {
  const kinds = [a.kind, b.kind].map((kind) => (kind === "directory" ? "file" : kind));
  if (kinds[0] !== kinds[1]) return false;
  const [one, other] = [nameOf(a), nameOf(b)];
  if (isOpen(one) || isOpen(other)) return one === other;
  return isWithin(a.subject, b.subject) || (a.kind !== "directory" && isWithin(b.subject, a.subject));
}

/** An image is the same with and without its digest. */
function nameOf({ kind, subject }: Fact): string {
  return (kind === "container image" ? subject.replace(/@.*$/, "") : subject).toLowerCase();
}

export function isSameCheck(a: Fact["place"], b: Fact["place"]): boolean {
  return a.script === b.script && a.check === b.check;
}

export function isCheck({ place }: Fact): boolean {
  return place.check !== undefined || gates.includes(place.script);
}

export function isWork({ subject }: Fact): boolean {
  return /^C:\\eks-windows-images(-\w+)?(\\|$)/i.test(subject);
}

export function isDownload({ subject }: Fact): boolean {
  return /^C:\\eks-windows-images(-\w+)?\\downloads\\/i.test(subject);
}

export function isBrought({ kind, subject }: Fact): boolean {
  return brought.some((each) => each.kind === kind && each.subjects.some((known) => overlap(known, subject)));
}

export function isListed(list: Unchecked[], fact: Fact): boolean {
  return list.some(({ kind, subject }) => kind === fact.kind && isWithin(fact.subject, subject));
}

/** `scripts/a.ps1:3 (its check): file C:\\a.exe ...` */
export function say(what: string): (fact: Fact) => string {
  return ({ kind, subject, place }) =>
    `${place.script}:${place.line}${place.check ? ` (${place.check})` : ""}: ${kind} ${subject} ${what}`;
}
