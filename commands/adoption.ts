import { z } from "zod";
import { functionUrlCall } from "../functions/api/direct-calls.ts";
import { oneLine } from "../functions/config/clip.ts";

/** A call of the API. */
export type CallApi = (
  method: "GET" | "POST",
  path: string,
  body?: object,
) => Promise<{ status: number; answer: unknown }>;

/** How the command talks to the person at the terminal. */
export interface Terminal {
  say(line: string): void;
  /** Whether the person says yes. */
  confirm(question: string): Promise<boolean>;
}

const Images = z.array(
  z.object({ image: z.string(), createdAt: z.string(), made: z.boolean(), unrecorded: z.array(z.string()) }),
);
const Status = z.object({
  variants: z.array(z.object({ variant: z.string(), images: Images })),
  removedVariants: z.array(z.object({ variant: z.string(), images: Images })),
  /** Absent in the answer of a version without pages. */
  next: z.string().nullish(),
});
type Status = z.infer<typeof Status>;

/** An image that has our tags and no records. */
interface Candidate {
  image: string;
  variant: string;
  createdAt: string;
  claims: string[];
}

/** The images in the pages of `GET /` that were not recorded as made, oldest first. */
function candidatesIn(pages: readonly Status[]): Candidate[] {
  return pages
    .flatMap(({ variants, removedVariants }) => [...variants, ...removedVariants])
    .flatMap(({ variant, images }) =>
      images
        .filter(({ made, unrecorded }) => !made && unrecorded.length > 0)
        .map(({ image, createdAt, unrecorded }) => ({ image, variant, createdAt, claims: unrecorded })),
    )
    .toSorted((a, b) => (a.createdAt < b.createdAt ? -1 : 1));
}

async function readStatus(call: CallApi): Promise<Status[]> {
  const pages: Status[] = [];
  for (let path: string | null = "/"; path !== null; path = pages.at(-1)?.next ?? null) {
    const { status, answer } = await call("GET", path);
    if (status !== 200) throw new Error(`asking for the status: ${status} ${JSON.stringify(answer)}`);
    pages.push(Status.parse(answer));
  }
  return pages;
}

/**
 * Shows the images without records and what their tags claim, and adopts them once a person agrees. A refusal does not
 * stop the others.
 * @param only the images to adopt, or none for all of them. Who names them agrees by that.
 * @returns whether nothing was refused
 */
export async function adoptImages(
  call: CallApi,
  { say, confirm }: Terminal,
  reason: string,
  only: readonly string[] = [],
): Promise<boolean> {
  const all = candidatesIn(await readStatus(call));
  const unknown = only.filter((id) => !all.some(({ image }) => image === id));
  if (unknown.length > 0) throw new Error(`not among the images without records: ${unknown.join(", ")}`);
  const candidates = only.length === 0 ? all : all.filter(({ image }) => only.includes(image));
  if (candidates.length === 0) {
    say("Every image has its records. There is nothing to adopt.");
    return true;
  }
  say("These images have the service's tags and no records. Their tags claim:");
  for (const { image, variant, createdAt, claims } of candidates)
    say(oneLine(`  ${image} of ${variant}, created ${createdAt}: ${claims.join(", ")}`));
  say("Adopt them only if this service made all of them. A forged image would become publishable.");
  if (!(await confirm(`Adopt ${candidates.length === 1 ? "this image" : `these ${candidates.length} images`}?`))) {
    say("Nothing was adopted.");
    return true;
  }
  let complete = true;
  for (const { image } of candidates) {
    const adopted = await call("POST", "/adopt", { image, reason });
    if (adopted.status !== 202) complete = false;
    say(adopted.status === 202 ? `${image} is adopted` : `${image} is refused: ${JSON.stringify(adopted.answer)}`);
  }
  return complete;
}

/**
 * The event with which the `api` function is invoked directly. A function with a URL expects the event of its URL, in
 * which Lambda names the caller; here the caller does (docs/operations.md).
 */
export function eventOf(
  { hasUrl, caller }: { hasUrl: boolean; caller: string },
  method: string,
  path: string,
  body: object | undefined,
): object {
  if (!hasUrl) return { method, path, ...(body && { body }) };
  return functionUrlCall(
    { method, path, body: body && JSON.stringify(body) },
    { requestId: crypto.randomUUID(), userArn: caller },
  );
}
