import { join } from "node:path";
import { API, type Checker, type Project, type Type, type TypeReference } from "typescript/unstable/sync";

/** A schema by the file that exports it and its name there. */
export interface Exported {
  file: string;
  name: string;
}

/**
 * The comments on a schema's fields in the source, by path: `policies.retention.keep`, `fleets[].name`, and of the
 * second shape of a union `policies.network(1).vpcId`.
 */
export type Comments = ReadonlyMap<string, string>;

/**
 * The comments that the source has on the fields of zod schemas. They are what an editor shows beside a field, and cost
 * the deployed bundles nothing.
 */
export function commentsOf(schemas: readonly Exported[]): Comments[] {
  const api = new API({ cwd: root });
  try {
    const [project] = api.updateSnapshot({ openProjects: [join(root, "reference/tsconfig.json")] }).getProjects();
    if (!project) throw new Error("reference/tsconfig.json makes no project");
    return schemas.map((schema) => commentsOn(project, schema));
  } finally {
    api.close();
  }
}

const root = join(import.meta.dirname, "..");

function commentsOn({ program, checker }: Project, { file, name }: Exported): Comments {
  const source = program.getSourceFile(join(root, file));
  const module = source && checker.getSymbolAtLocation(source);
  const exported = module && checker.getExportsOfModule(module).find((symbol) => symbol.name === name);
  const schema = exported && checker.getTypeOfSymbol(exported);
  // What a schema takes is the type of this property of every zod type.
  const input = schema && checker.getPropertiesOfType(schema).find((property) => property.name === "_input");
  const type = input && checker.getTypeOfSymbol(input);
  if (!type)
    throw new Error(`${file} exports no zod schema ${name}; is it among the files of reference/tsconfig.json?`);
  const found = new Map<string, string>();
  collect(checker, { type, path: "" }, found);
  return found;
}

function collect(checker: Checker, { type, path }: { type: Type; path: string }, found: Map<string, string>): void {
  if (type.isUnionType()) {
    const shapes = type.getTypes().filter((one) => one.isObjectType());
    for (const [index, shape] of shapes.entries())
      collect(checker, { type: shape, path: shapes.length > 1 ? `${path}(${index})` : path }, found);
    return;
  }
  if (!type.isObjectType()) return;
  if (checker.isArrayType(type)) {
    const [element] = checker.getTypeArguments(type as TypeReference);
    if (element) collect(checker, { type: element, path: `${path}[]` }, found);
    return;
  }
  for (const property of checker.getPropertiesOfType(type)) {
    const at = path === "" ? property.name : `${path}.${property.name}`;
    found.set(at, checker.getDocumentationCommentOfSymbol(property).replace(/\s+/g, " ").trim());
    const own = checker.getTypeOfSymbol(property);
    if (own) collect(checker, { type: own, path: at }, found);
  }
}
