import type { StoryName } from "../rehearsal/stories.ts";
import type { Grant, Review } from "./review.ts";
import { type Unrecorded, unrecorded } from "./unrecorded.ts";

/**
 * What is wrong with the table of {@link Unrecorded} after a story: grants that no call needed and no entry explains,
 * and entries that say that no story needs a grant although a call did. An entry explains nothing in the stories that
 * it names, so a grant that no story needs is reported by at least one of them.
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
    ...unexplained.map((grant) => `${describe(grant)}, which no call needed and no entry explains`),
    ...refuted.map(({ grant, reason }) => `${describe(grant)} with the reason "${reason}", but a call needed it`),
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
