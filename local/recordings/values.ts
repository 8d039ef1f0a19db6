import { isNeeded, type Versions } from "../../functions/config/versions.ts";

/** What differs from build to build, by its name in a recording. */
export type Values = {
  texts: Record<string, string>;
  /** A line or entry that names an item of a list stands in a recording once, as `each` and the list's name. */
  lists: Record<string, string[]>;
};

/** The Windows builds of a base and of what the updates of the month make of it. */
export type Builds = { base: string; updated: string };

/** The environment variables of scripts whose values differ. */
const settingNames = [
  "BASE_RELEASED",
  "EDITION",
  "HARVEST_MANIFEST",
  "HARVEST_RECIPE",
  "HARVEST_URL",
  "KUBERNETES_RELEASE_URL",
  "KUBERNETES_VERSION",
  "PATCH_TUESDAY",
  "WINDOWS",
];

/** Those that hold JSON: a list of strings, or an object whose names count. */
const listNames = ["CONTAINER_IMAGES", "DENIED_UPDATES", "REGISTRY_MIRRORS"];

/**
 * The values of a script's run.
 * @param settings the script's environment variables
 * @param versions what the build adds to an image
 */
export function valuesOf(settings: Record<string, string>, versions: Versions, builds?: Builds): Values {
  const given = (names: string[]) =>
    names.flatMap((name): [string, string][] => (settings[name] ? [[name, settings[name]]] : []));
  return {
    texts: {
      ...(builds && { BASE_BUILD: builds.base, UPDATED_BUILD: builds.updated }),
      ...pinned(settings, versions),
      ...Object.fromEntries(given(settingNames)),
      ...mirror(settings),
    },
    lists: Object.fromEntries(given(listNames).map(([name, value]) => [name, itemsOf(JSON.parse(value))])),
  };
}

/** The first mirror stands for all. */
function mirror({ REGISTRY_MIRRORS = "{}" }: Record<string, string>): Record<string, string> {
  const [first] = Object.values<string[]>(JSON.parse(REGISTRY_MIRRORS)).flat();
  return first ? { mirror: first } : {};
}

function itemsOf(list: string[] | object): string[] {
  return Array.isArray(list) ? list : Object.keys(list);
}

/** The versions and digests of what the build adds; only a build says which recipe it follows. */
function pinned({ RECIPE_KIND, WINDOWS, KUBERNETES_VERSION }: Record<string, string>, { artifacts }: Versions) {
  if (!RECIPE_KIND || !WINDOWS || !KUBERNETES_VERSION) return {};
  const need = {
    name: "",
    windows: Number(WINDOWS),
    kubernetes: KUBERNETES_VERSION,
    base: RECIPE_KIND === "layer" ? "EKS_Optimized" : "Base",
  } as const;
  const needed = artifacts.filter((artifact) => isNeeded(artifact, need));
  return Object.fromEntries(
    needed.flatMap((artifact): [string, string][] => {
      if (artifact.kind === "base") return [];
      if (artifact.kind !== "image") return [[`${artifact.name} version`, artifact.version]];
      return [
        [`${artifact.name} reference`, artifact.reference],
        [`${artifact.name} digest`, artifact.digest ?? ""],
      ];
    }),
  );
}
