import { z } from "zod";
import { oneLine } from "../functions/config/clip.ts";
import { CliError } from "./cli-error.ts";
import type { CallApi } from "./service/deployment.ts";
import type { Terminal } from "./terminal/terminal.ts";

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
export interface Candidate {
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

async function readStatus(call: CallApi, progress: Terminal["progress"]): Promise<Status[]> {
  const pages: Status[] = [];
  for (let path: string | null = "/"; path !== null; path = pages.at(-1)?.next ?? null) {
    const page = path;
    const { status, answer } = await progress("Asking for the status", () => call("GET", page));
    if (status !== 200) throw new CliError(`asking for the status: ${status} ${JSON.stringify(answer)}`);
    pages.push(Status.parse(answer));
  }
  return pages;
}

/** What became of the images. */
export interface Adoption {
  /** The images that need one, before a person was asked. */
  found: Candidate[];
  adopted: string[];
  refused: { image: string; answer: unknown }[];
  declined: boolean;
}

/**
 * Shows the images without records and what their tags claim, and adopts them once a person agrees. A refusal does not
 * stop the others.
 * @param only the images to adopt, or none for all of them. Who names them agrees by that.
 */
export async function adoptImages(
  call: CallApi,
  { say, confirm, progress }: Pick<Terminal, "say" | "confirm" | "progress">,
  reason: string,
  only: readonly string[] = [],
): Promise<Adoption> {
  const all = candidatesIn(await readStatus(call, progress));
  const unknown = only.filter((id) => !all.some(({ image }) => image === id));
  if (unknown.length > 0) throw new CliError(`not among the images without records: ${unknown.join(", ")}`);
  const found = only.length === 0 ? all : all.filter(({ image }) => only.includes(image));
  const adoption: Adoption = { found, adopted: [], refused: [], declined: false };
  if (found.length === 0) {
    say("Every image has its records. There is nothing to adopt.");
    return adoption;
  }
  say("These images have the service's tags and no records. Their tags claim:");
  for (const { image, variant, createdAt, claims } of found)
    say(oneLine(`  ${image} of ${variant}, created ${createdAt}: ${claims.join(", ")}`));
  say("Adopt them only if this service made all of them. A forged image would become publishable.");
  if (!(await confirm(`Adopt ${found.length === 1 ? "this image" : `these ${found.length} images`}?`))) {
    say("Nothing was adopted.");
    return { ...adoption, declined: true };
  }
  for (const [index, { image }] of found.entries()) {
    const { status, answer } = await progress(`Adopting ${image} (${index + 1} of ${found.length})`, () =>
      call("POST", "/adopt", { image, reason }),
    );
    if (status === 202) adoption.adopted.push(image);
    else adoption.refused.push({ image, answer });
    say(oneLine(status === 202 ? `${image} is adopted` : `${image} is refused: ${JSON.stringify(answer)}`));
  }
  return adoption;
}
