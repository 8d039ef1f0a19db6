import { brought } from "./base.ts";
import { gates, type Unchecked } from "./exceptions.ts";
import type { Notification } from "./facts.ts";
import { isWithin, overlap } from "./paths.ts";
import { isOpen } from "./values.ts";

export function isSameThing(a: Notification, b: Notification): boolean {
  const kinds = [a.kind, b.kind].map((kind) => (kind === "directory" ? "file" : kind));
  if (kinds[0] !== kinds[1]) return false;
  const [one, other] = [nameOf(a), nameOf(b)];
  if (isOpen(one) || isOpen(other)) return one === other;
  return isWithin(a.subject, b.subject) || (a.kind !== "directory" && isWithin(b.subject, a.subject));
}

/** An image is the same with and without its digest. */
function nameOf({ kind, subject }: Notification): string {
  return (kind === "container image" ? subject.replace(/@.*$/, "") : subject).toLowerCase();
}

export function isSameCheck(a: Notification["place"], b: Notification["place"]): boolean {
  return a.script === b.script && a.check === b.check;
}

export function isCheck({ place }: Notification): boolean {
  return place.check !== undefined || gates.includes(place.script);
}

export function isWork({ subject }: Notification): boolean {
  return /^C:\\eks-windows-images(-\w+)?(\\|$)/i.test(subject);
}

export function isDownload({ subject }: Notification): boolean {
  return /^C:\\eks-windows-images(-\w+)?\\downloads\\/i.test(subject);
}

export function isBrought({ kind, subject }: Notification): boolean {
  return brought.some((each) => each.kind === kind && each.subjects.some((known) => overlap(known, subject)));
}

export function isListed(list: Unchecked[], fact: Notification): boolean {
  return list.some(({ kind, subject }) => kind === fact.kind && isWithin(fact.subject, subject));
}

/** `scripts/a.ps1:3 (its check): file C:\\a.exe ...` */
export function say(what: string): (fact: Notification) => string {
  return ({ kind, subject, place }) =>
    `${place.script}:${place.line}${place.check ? ` (${place.check})` : ""}: ${kind} ${subject} ${what}`;
}
