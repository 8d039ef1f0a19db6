/**
 * A registry as Wine writes it to disk, and what makes another one of it. Wine's file has a section for each key that has
 * values or no keys below it: its path, the time of its last change, and its values.
 */
export type RegistryFile = {
  /** By path, as Wine writes it, the lines of values. */
  keys: Map<string, string>;
};

/** What `model/library/MachineRegistry.cs` does to the registry of a running Windows, in this order. */
export type RegistryChange = {
  /** Paths of keys that go, with all that is below them. */
  removed: string[];
  /** Paths of keys that lose their values, if they are there. */
  cleared: string[];
  /** A file as Wine writes it, whose keys and values are added; empty if there is nothing to add. */
  added: string;
};

const firstLines = "WINE REGISTRY Version 2\n\n#arch=win64\n";

export function parseRegistry(text: string): RegistryFile {
  const [, ...sections] = text.split(/^\[/m);
  const keys = sections.map((section): [string, string] => {
    const [first = "", ...lines] = section.trimEnd().split("\n");
    const path = first.slice(0, first.lastIndexOf("]"));
    return [path, lines.filter((line) => !line.startsWith("#time=")).join("\n")];
  });
  return { keys: new Map(keys) };
}

/** What makes of one registry the other. */
export function changeOf(from: RegistryFile, to: RegistryFile): RegistryChange {
  const wanted = new Set([...to.keys.keys()].flatMap(withParents));
  const removed = new Set<string>();
  const cleared: string[] = [];
  for (const path of from.keys.keys()) {
    if (to.keys.has(path)) continue;
    const missing = withParents(path).findLast((each) => !wanted.has(each));
    if (missing === undefined) cleared.push(path);
    else removed.add(missing);
  }
  const different = [...to.keys].filter(([path, values]) => from.keys.get(path) !== values);
  const sections = different.map(([path, values]) => `\n[${path}]\n${values}\n`);
  return {
    removed: [...removed].map(plainPath),
    cleared: [...cleared, ...different.map(([path]) => path)].map(plainPath),
    added: sections.length === 0 ? "" : firstLines + sections.join(""),
  };
}

/** The path of a key, and those of the keys above it, nearest first. */
function withParents(path: string): string[] {
  const names = path.split("\\\\");
  return names.map((_, index) => names.slice(0, names.length - index).join("\\\\"));
}

/** A path without what Wine writes before and instead of some characters. */
function plainPath(path: string): string {
  return path.replaceAll(/\\x([0-9a-f]{1,4})|\\(.)/g, (_, code, plain) =>
    code === undefined ? plain : String.fromCharCode(Number.parseInt(code, 16)),
  );
}
