/** The wire format of AWS's query protocol: form parameters such as `Filters.member.1.Name`, answered in XML. */

type Tree = { [name: string]: Tree | string };

/** Lists become arrays. Numbers and booleans stay text. */
export function fromQuery(parameters: Iterable<[string, string]>): Record<string, unknown> {
  const root: Tree = {};
  for (const [path, value] of parameters) {
    const names = path.split(".");
    const last = names.pop() as string;
    let place = root;
    for (const name of names) {
      place[name] ??= {};
      place = place[name] as Tree;
    }
    place[last] = value;
  }
  return Object.fromEntries(Object.entries(root).map(([name, value]) => [name, withLists(value)]));
}

function withLists(value: Tree | string): unknown {
  if (typeof value === "string") return value;
  if (typeof value.member === "object") return Object.values(value.member).map(withLists);
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, withLists(item)]));
}

/** The elements of a structure. Undefined members are left out, dates are written in ISO 8601. */
export function toXml(value: unknown): string {
  if (Array.isArray(value)) return value.map((item) => `<member>${toXml(item)}</member>`).join("");
  if (value instanceof Date) return value.toISOString();
  if (typeof value === "object" && value !== null)
    return Object.entries(value)
      .filter(([, item]) => item !== undefined)
      .map(([name, item]) => `<${name}>${toXml(item)}</${name}>`)
      .join("");
  return String(value).replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
