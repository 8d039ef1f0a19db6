/** Something that the reader can do about a notification. */
export interface Step {
  /** `To undo this` */
  when: string;
  /** Arguments of the command line. */
  command: readonly string[];
  /** The same as a call of the API: method, path and body. Only the command line can do what has none. */
  call?: string;
}

/** Stands for what only the reader knows. */
const blank = "…";

/** A step that the command line and a `POST` can do. `reason` is left to the reader. */
export function post(
  when: string,
  command: readonly string[],
  path: string,
  body: Readonly<Record<string, string | boolean>>,
): Step {
  const fields = Object.entries({ ...body, reason: blank }).map(
    ([name, value]) => `${JSON.stringify(name)}: ${JSON.stringify(value)}`,
  );
  return { when, command: [...command, "--reason", blank], call: `POST ${path} {${fields.join(", ")}}` };
}

export const rebuild = (variant: string, when: string): Step =>
  post(when, ["rebuild", variant], "/rebuild", { variant });
export const revoke = (image: string, when: string): Step => post(when, ["revoke", image], "/revoke", { image });
export const unrevoke = (image: string, when: string): Step => post(when, ["unrevoke", image], "/unrevoke", { image });
/** A rollback that names the image can be repeated: it never revokes what the channel received meanwhile. */
export const rollback = (
  { variant, channel, image }: { variant: string; channel: string; image: string },
  when: string,
): Step =>
  post(when, ["rollback", variant, "--channel", channel, "--image", image], "/rollback", { variant, channel, image });
/** About a build that has ended. */
export const readLog = (variant: string, when: string): Step => ({ when, command: ["logs", variant, "--last"] });

/** The command as it is typed in the repository: `npm run cli -- status --stage next`. */
export function commandOf(args: readonly string[], stage: string): string {
  const all = stage === "production" ? args : [...args, "--stage", stage];
  return `npm run cli -- ${all.map(quoted).join(" ")}`;
}

/** An argument for a shell of POSIX. Names come from tags, and whoever writes these could otherwise add commands. */
function quoted(argument: string): string {
  if (argument === blank) return `"${blank}"`;
  return /^[\w@%+=:,./-]+$/.test(argument) ? argument : `'${argument.replaceAll("'", `'\\''`)}'`;
}
