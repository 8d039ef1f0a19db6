import { parseConfiguration } from "../../functions/config/configuration.ts";
import { allowedAt, type Step } from "./allowed.ts";
import type { FieldSchema } from "./schema.ts";

/** A table of the reference: the fields of an object in `config.ts`. */
export interface Section {
  /** Where the object is: `policies.retention`, `fleets[]`. Lists of the same objects share a section. */
  places: string[];
  fields: Field[];
}

export interface Field {
  name: string;
  /** Among the comments. */
  path: string;
  type: string;
  /** What is allowed in words or values; empty if the type says it. */
  allowed: string;
  /** As it would stand in `config.ts`, `required`, or empty if there is none. */
  fallback: string;
}

/** What an object of the configuration is, and how a value gets there. */
interface Place {
  schema: FieldSchema;
  /** Among the comments. */
  path: string;
  /** Without the shapes of unions. */
  name: string;
  steps: readonly Step[];
}

const minimal = parseConfiguration({ variants: [{ windows: 2022, kubernetes: "1.35" }] });

/** The sections of the configuration's schema, the outer object first. */
export function sectionsOf(schema: FieldSchema): Section[] {
  const all = new Map<string, Section>();
  for (const place of placesIn({ schema, path: "", name: "", steps: [] })) {
    const same = all.get(JSON.stringify(place.schema));
    if (same) same.places.push(place.name);
    else all.set(JSON.stringify(place.schema), { places: [place.name], fields: place.shapes.flatMap(fieldsOf) });
  }
  return [...all.values()];
}

function placesIn(place: Place): (Place & { shapes: Place[] })[] {
  const shapes = shapesOf(place);
  if (shapes.length === 0) return [];
  const inner = shapes.flatMap((shape) => childrenOf(shape).flatMap(({ child }) => placesIn(elementOf(child))));
  return [{ ...place, shapes }, ...inner];
}

/** The objects that a place may hold; none if it holds no object with fields. */
function shapesOf(place: Place): Place[] {
  const { schema, path, steps } = place;
  if (schema.properties) return [place];
  const shapes = (schema.oneOf ?? schema.anyOf ?? []).filter((one) => one.properties);
  return shapes.map((shape, index) => ({
    ...place,
    schema: shape,
    path: shapes.length > 1 ? `${path}(${index})` : path,
    steps: [...steps, { beside: constantsOf(shape) }],
  }));
}

/** The fields that tell a shape from the others. */
function constantsOf({ properties = {} }: FieldSchema): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(properties).flatMap(([name, { const: only, enum: values = [only] }]) =>
      values[0] === undefined ? [] : [[name, values[0]]],
    ),
  );
}

function childrenOf({ schema: { properties = {} }, path, name, steps }: Place): { key: string; child: Place }[] {
  const below = (at: string, key: string) => (at === "" ? key : `${at}.${key}`);
  return Object.entries(properties).map(([key, schema]) => ({
    key,
    child: { schema, path: below(path, key), name: below(name, key), steps: [...steps, { key }] },
  }));
}

function elementOf(place: Place): Place {
  const { schema, path, name, steps } = place;
  if (!schema.items) return place;
  return { schema: schema.items, path: `${path}[]`, name: `${name}[]`, steps: [...steps, { key: 0 }] };
}

function fieldsOf(shape: Place): Field[] {
  return childrenOf(shape).map(({ key, child }) => ({
    name: key,
    path: child.path,
    type: typeOf(child.schema),
    allowed: allowedIn(child),
    fallback: fallbackOf(key, shape, child),
  }));
}

function typeOf({ type, items, oneOf, anyOf, additionalProperties, const: only, enum: values }: FieldSchema): string {
  if (items) return `list of ${plural[typeOf(items)] ?? typeOf(items)}`;
  if (typeof additionalProperties === "object") return `object of ${typeOf(additionalProperties)}`;
  if (anyOf) return anyOf.map(typeOf).join(" or ");
  if (oneOf || type === "object") return "object";
  if (only !== undefined || values) return typeof (only ?? values?.[0]);
  return type === "integer" ? "number" : (type ?? "");
}

const plural: Record<string, string> = { string: "strings", number: "numbers", object: "objects" };

function allowedIn(place: Place): string {
  const { schema, steps } = place;
  const { const: only, enum: values = only === undefined ? [] : [only], minimum, maximum, items } = schema;
  const { additionalProperties: entry } = schema;
  if (values.length > 0) return values.map((value) => code(value)).join(", ");
  if (items) return [allowedIn(elementOf(place)), ...countOf(schema)].filter((one) => one !== "").join("; ");
  if (typeof entry === "object") return allowedIn({ ...place, schema: entry, steps: [...steps, { key: "docker.io" }] });
  if (schema.anyOf) return schema.anyOf.flatMap((one) => (one.const === undefined ? [] : code(one.const))).join(", ");
  if (schema.type === "integer" || schema.type === "number") return `${minimum} to ${maximum}`;
  if (schema.type !== "string") return "";
  return allowedAt(steps) ?? `${schema.minLength} to ${schema.maxLength} characters`;
}

function countOf({ minItems, maxItems }: FieldSchema): string[] {
  return [
    ...(minItems === undefined ? [] : [`at least ${minItems}`]),
    ...(maxItems === undefined ? [] : [`at most ${maxItems}`]),
  ];
}

function fallbackOf(key: string, { schema: { required = [] } }: Place, { schema, name }: Place): string {
  if (required.includes(key)) return "required";
  if (schema.default !== undefined) return code(schema.default);
  // JSON Schema has no default of a field that is converted.
  const value = name.includes("[]") ? undefined : valueIn(minimal, name.split("."));
  return value === undefined ? "" : code(value);
}

function valueIn(from: unknown, [key, ...rest]: readonly string[]): unknown {
  return key === undefined ? from : valueIn((from as Record<string, unknown> | undefined)?.[key], rest);
}

/** A value as it stands in `config.ts`. */
function code(value: unknown): string {
  return `\`${JSON.stringify(value)}\``;
}
