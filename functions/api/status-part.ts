import * as z from "zod";
import { refusal } from "./http.ts";

/** What a call of `GET /` may ask for. */
export const StatusQuery = z
  .strictObject({
    /** Asks for one variant alone, configured or removed. */
    variant: z.string().optional(),
    /** The variant that the page begins with, as the `next` of the page before says. Not together with `variant`. */
    from: z.string().optional(),
    /** `none` leaves the images out. */
    images: z.enum(["all", "none"]).default("all"),
  })
  .refine(({ variant, from }) => variant === undefined || from === undefined, "variant or from, not both");

/** The allowed queries, shown to a caller whose query was refused. */
export const queryExamples = {
  variant: "optional, a variant: the status of this one alone",
  from: "optional, a variant: where the page begins, as in the next of the page before",
  images: "optional, all | none; default all",
};

export interface StatusPart extends z.infer<typeof StatusQuery> {
  /** How many bytes of Lambda's answer the variants may take. */
  room: number;
}

/** All variants, whatever room they take. */
export const wholeStatus: StatusPart = { images: "all", room: Number.POSITIVE_INFINITY };

/**
 * Room for the variants of an answer, in bytes. Lambda answers with at most 6 MiB
 * (https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html); what is left is for the rest of the answer.
 */
export const answerRoom = 5_500_000;

/** A variant by name, and what a page says about it. */
export interface Entry<T> {
  name: string;
  read(): T;
}

/**
 * The entries of a page, at least one if there are any. None is read after the first that does not fit.
 * @returns the entries and the path of the call that answers the rest, null if there is none
 * @throws a {@link refusal} if the page names an entry that does not exist
 */
export function partOf<T>(entries: readonly Entry<T>[], { variant, from, images, room }: StatusPart) {
  const wanted = variant ?? from ?? entries[0]?.name;
  const begin = entries.findIndex(({ name }) => name === wanted);
  if (begin === -1 && wanted !== undefined)
    throw refusal(404, `there is no variant ${JSON.stringify(wanted)}`, { variant: entries.map(({ name }) => name) });
  const asked = variant === undefined ? entries.slice(begin) : entries.slice(begin, begin + 1);
  const taken: T[] = [];
  let left = room;
  for (const { name, read } of asked) {
    const entry = read();
    left -= bytesInAnswer(entry);
    if (left < 0 && taken.length > 0)
      return { taken, next: `/?${new URLSearchParams({ from: name, ...(images !== "all" && { images }) })}` };
    taken.push(entry);
  }
  return { taken, next: null };
}

/** The body of an answer is a text inside the JSON that Lambda gets, so each of its quotes takes two bytes. */
export function bytesInAnswer(entry: unknown): number {
  return Buffer.byteLength(JSON.stringify(JSON.stringify(entry)));
}
