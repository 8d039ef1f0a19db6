import { emptyChecks } from "./checks.ts";
import { elsewhere, fetched, gates, givenDirectories, matched, unchecked } from "./exceptions.ts";
import { type Fact, factsOf } from "./facts.ts";
import { inventory, isTakenAway, leftovers } from "./leftovers.ts";
import { isWithin, overlap, parentOf } from "./paths.ts";
import { type Followed, workDirectory } from "./recipe.ts";
import { fields, reports } from "./reports.ts";
import { staleLines } from "./stale.ts";
import { isBrought, isCheck, isDownload, isListed, isSameThing, isWork, say } from "./things.ts";
import { isOpen } from "./values.ts";

const harvest = "harvest/scripts/10-harvest.ps1";
const harvested = "scripts/31-harvested-files.ps1";

/**
 * What does not fit together in a recipe: a check of what nobody makes, a thing made that nobody checks, a table that
 * has grown old.
 */
export function complaints({ events, missing }: Followed, uploads: string[]): string[] {
  const facts = factsOf(events).map(known);
  const all = withHarvest(facts.filter((fact) => !isOpen(fact.subject) || isWhole(fact)));
  const recipe = { all, uploads: uploads.map((path) => `${workDirectory("")}\\${path}`) };
  return [
    ...missing.map(({ script, command }) => `${script} calls ${command}, which nobody declares`),
    ...emptyChecks(events, all),
    ...facts.filter(isAnywhere).map(say("is written, and nobody can tell where that is")),
    ...all
      .filter((fact) => fact.act !== "writes" && !isMade(fact, recipe))
      .map(say("is made by no step, nor does a base bring it")),
    ...all.filter((fact) => fact.act === "writes" && !isLookedAt(fact, all)).map(say("is looked at by no check")),
    ...leftovers(all),
    ...withoutDirectory(recipe),
    ...reports(all),
    ...fields(events),
    ...staleLines(facts),
  ].filter((complaint, index, complaints) => complaints.indexOf(complaint) === index);
}

type Recipe = { all: Fact[]; uploads: string[] };

/** What a regular expression in a script names better than its variable. */
function known(fact: Fact): Fact {
  const pattern = matched[fact.subject];
  return pattern && fact.kind === "file" ? { ...fact, subject: pattern } : fact;
}

/** A name that only the machine knows says nothing of a path, but which image or service is meant it does say. */
function isWhole({ kind }: Fact): boolean {
  return kind !== "report entry" && kind !== "file" && kind !== "directory" && kind !== "registry";
}

/** What the harvest reads on AWS's image is what an image that is assembled gets under the same path. */
function withHarvest(facts: Fact[]): Fact[] {
  const place = facts.find(({ place }) => place.script === harvested)?.place;
  const carried = facts.filter(
    (fact) =>
      fact.place.script === harvest &&
      fact.kind === "file" &&
      /^Get-(Child)?Item$/i.test(fact.place.command) &&
      !isWork(fact),
  );
  return place ? [...facts, ...carried.map((fact): Fact => ({ ...fact, act: "writes", place }))] : facts;
}

/** A path that follows from nothing in the script. */
function isAnywhere({ act, kind, subject, place }: Fact): boolean {
  const isPath = kind === "file" || kind === "directory" || kind === "registry";
  const isExplained = elsewhere.some((each) => each.script === place.script && each.subject === subject);
  return act === "writes" && isPath && isOpen(subject) && !isExplained;
}

/**
 * Made by a script (for a check: by another one), uploaded, or brought along, as all is that a harvest finds on AWS's
 * image.
 */
function isMade(fact: Fact, { all, uploads }: Recipe): boolean {
  if (isBrought(fact) || (fact.place.script === harvest && !isWork(fact))) return true;
  if (uploads.some((path) => isWithin(fact.subject, path))) return true;
  return all.some(
    (other) =>
      other.act === "writes" &&
      isSameThing(other, fact) &&
      (!isCheck(fact) || other.place.script !== fact.place.script),
  );
}

/** Files that are put where nobody has made a directory; 31-harvested-files makes one for each of its own. */
function withoutDirectory({ all, uploads }: Recipe): string[] {
  const directories = all
    .filter(({ act, kind }) => act === "writes" && kind === "directory")
    .map(({ subject }) => subject);
  const there = [...directories, ...uploads, ...givenDirectories];
  return all
    .filter(({ act, kind, place }) => act === "writes" && kind === "file" && place.script !== harvested)
    .filter(({ subject }) => !there.some((directory) => isWithin(directory, parentOf(subject))))
    .map(say("is put into a directory that nobody makes"));
}

function isLookedAt(fact: Fact, all: Fact[]): boolean {
  if (fact.kind === "report entry" || isCheck(fact) || isListed(unchecked, fact)) return true;
  if (fact.kind === "directory")
    return all.some((other) => other !== fact && other.kind === "file" && isWithin(other.subject, fact.subject));
  const others = all.filter((other) => other.act === "reads" && isSameThing(fact, other));
  if (isWork(fact)) return fetched.test(fact.subject) || others.some((other) => isReader(other, fact));
  if (isTakenAway(fact, all)) return others.some(({ place }) => place.script === inventory);
  return others.some(
    ({ place }) => place.script.startsWith(isAfterTests(fact) ? "proof/" : "tests/") || gates.includes(place.script),
  );
}

/**
 * Who reads a file of the work directory itself, not all of the directory: a later script, the same where the file is
 * only its own, the program that uploads a harvest.
 */
function isReader({ subject, place }: Fact, fact: Fact): boolean {
  const isOwn = isDownload(fact) || fact.place.script === harvest;
  if (fact.place.script === harvest && place.command !== "&") return false;
  return overlap(subject, fact.subject) && (isOwn || place.script !== fact.place.script);
}

/** What is made after Pester ran, only the proof can look at. */
function isAfterTests({ place }: Fact): boolean {
  return /^scripts\/[789]/.test(place.script);
}
