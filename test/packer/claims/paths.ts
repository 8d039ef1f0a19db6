/** `C:\a\b` for what Windows takes for the same. */
export function normalized(path: string): string {
  return path
    .replaceAll("/", "\\")
    .replace(/(?<!^)\\{2,}/g, "\\")
    .replace(/\\$/, "")
    .toLowerCase();
}

export function leafOf(path: string): string {
  return path.split(/[\\/]/).at(-1) ?? path;
}

export function parentOf(path: string): string {
  return path.replace(/[\\/][^\\/]*$/, "");
}

/**
 * Whether two patterns can mean the same. `*` and `<name>` stand for any text between two backslashes; at the beginning
 * for any directory, at the end, alone, for anything below.
 */
export function overlap(a: string, b: string): boolean {
  const known = overlaps.get(a) ?? new Map<string, boolean>();
  overlaps.set(a, known);
  const result = known.get(b) ?? meet(tokens(normalized(a)), 0, tokens(normalized(b)), 0, new Map());
  known.set(b, result);
  return result;
}

const overlaps = new Map<string, Map<string, boolean>>();

/**
 * Whether `path` is `directory` or can be below it. Where a path begins is not known of one that begins with a name: it
 * can be a directory's like only.
 */
export function isWithin(path: string, directory: string): boolean {
  return (
    overlap(path, directory) ||
    (![path, directory].some((each) => /^[*<]/.test(each)) && overlap(path, `${directory}\\*`))
  );
}

/** Any text; any text without a backslash. All other tokens are single letters, an asterisk not among them. */
const anything = "**";
const name = "*";

function tokens(pattern: string): string[] {
  const found = [...pattern.matchAll(/\*|<[^<>]*>|[\s\S]/g)];
  return found.map(([text], index) => {
    if (text.length === 1 && text !== "*") return text;
    const isLast = text === "*" && index === found.length - 1 && found[index - 1]?.[0] === "\\";
    return index === 0 || isLast ? anything : name;
  });
}

function meet(a: string[], i: number, b: string[], j: number, seen: Map<number, boolean>): boolean {
  const place = i * 4096 + j;
  const known = seen.get(place);
  if (known !== undefined) return known;
  const result = meetAt(a, i, b, j, seen);
  seen.set(place, result);
  return result;
}

function meetAt(a: string[], i: number, b: string[], j: number, seen: Map<number, boolean>): boolean {
  const [one, other] = [a[i], b[j]];
  if (one === undefined && other === undefined) return true;
  if (isOpen(one)) {
    return meet(a, i + 1, b, j, seen) || (other !== undefined && covers(one, other) && meet(a, i, b, j + 1, seen));
  }
  if (isOpen(other)) {
    return meet(a, i, b, j + 1, seen) || (one !== undefined && covers(other, one) && meet(a, i + 1, b, j, seen));
  }
  return one === other && one !== undefined && meet(a, i + 1, b, j + 1, seen);
}

function isOpen(token: string | undefined): token is string {
  return token === anything || token === name;
}

function covers(open: string, token: string): boolean {
  return open === anything || token !== "\\";
}
