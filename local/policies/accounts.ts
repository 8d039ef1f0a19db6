import type { StoryName } from "../rehearsal/stories.ts";
import type { Grant } from "./grants.ts";
import type { Review } from "./review.ts";
import { type Unrecorded, unrecorded } from "./unrecorded.ts";

/**
 * What the table of {@link Unrecorded} does not account for after a story: what is allowed, neither needed by a call nor explained, and what is said to be needed by
 * nobody but was. An entry that names the story explains nothing in it, so that over all stories the former is what nobody needs.
 */
export function unaccounted(
  { used, unused }: Pick<Review, "used" | "unused">,
  story: StoryName,
  table = unrecorded,
): string[] {
  const unexplained = unused.filter(
    (grant) => !table.some((entry) => !entry.stories.includes(story) && isAbout(entry, grant)),
  );
  const refuted = used.flatMap((grant) =>
    table
      .filter(({ stories }) => stories.length === 0)
      .filter((entry) => isAbout(entry, grant))
      .map(({ reason }) => ({ grant, reason })),
  );
  return [
    ...unexplained.map((grant) => `${describe(grant)}, which nothing needs`),
    ...refuted.map(({ grant, reason }) => `${describe(grant)} for this only: ${reason}; but a call needed it`),
  ];
}

function isAbout({ roles, actions, resource }: Unrecorded, grant: Grant): boolean {
  return (
    roles.includes(grant.role) &&
    actions.includes(grant.action) &&
    (resource === undefined || grant.resources.includes(resource))
  );
}

function describe({ role, action, resources }: Grant): string {
  return `${role} is allowed ${action} on ${resources.join(", ")}`;
}
