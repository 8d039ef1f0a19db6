import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { camelCase, isPlainObject } from "es-toolkit";

// The schema of Terraform's AWS provider as Pulumi's package has it: its provider is made of Terraform's. It calls
// attributes in camelCase, gives lists a plural, and has no list around a block that occurs once at most.

const sdk = fileURLToPath(new URL("../../.sst/platform/node_modules/@pulumi/aws", import.meta.url));
const inputs = readFileSync(join(sdk, "types/input.d.ts"), "utf8");

type Property = { type: string; isOptional: boolean };
type Properties = Map<string, Property>;

/** Where Pulumi has the arguments of a resource or data source: a file and an interface. */
const places: Record<string, [file: string, name: string]> = {
  "resource aws_autoscaling_group": ["autoscaling/group", "GroupArgs"],
  "resource aws_eks_access_entry": ["eks/accessEntry", "AccessEntryArgs"],
  "resource aws_iam_instance_profile": ["iam/instanceProfile", "InstanceProfileArgs"],
  "resource aws_launch_template": ["ec2/launchTemplate", "LaunchTemplateArgs"],
  "data aws_eks_cluster": ["eks/getCluster", "GetClusterArgs"],
  "data aws_iam_role": ["iam/getRole", "GetRoleArgs"],
};

/** Arguments of Terraform itself. */
const metaArguments = ["count", "depends_on", "for_each", "lifecycle", "provider"];

/**
 * What is wrong with the arguments of a block, by the provider's types. An expression has any type.
 * @param kind such as `resource aws_autoscaling_group`
 * @param block as hcl2json gives it: nested blocks are lists
 */
export function mistakesIn(kind: string, block: object): string[] {
  const place = places[kind];
  if (!place) return [`${kind}: no types are known, add it to test/examples/provider-types.ts`];
  const [file, name] = place;
  const args = Object.entries(block).filter(([key]) => !metaArguments.includes(key));
  return mistakes(kind, Object.fromEntries(args), propertiesOf(readFileSync(join(sdk, `${file}.d.ts`), "utf8"), name));
}

function mistakes(path: string, block: object, properties: Properties): string[] {
  const given = Object.entries(block).map(([name, value]) => [name, nameIn(properties, name), value] as const);
  const missing = [...properties]
    .filter(([name, { isOptional }]) => !isOptional && !given.some(([, known]) => known === name))
    .map(([name]) => `${path}: ${name} is missing`);
  return [
    ...given.flatMap(([name, known, value]) => {
      const property = known === undefined ? undefined : properties.get(known);
      return property ? wrong(`${path}.${name}`, value, property.type) : [`${path}: there is no ${name}`];
    }),
    ...missing,
  ];
}

function wrong(path: string, value: unknown, type: string): string[] {
  if (typeof value === "string" && /^\$\{.*\}$/s.test(value)) return [];
  if (type.endsWith("[]")) {
    if (!Array.isArray(value)) return [`${path} is not a list`];
    return value.flatMap((item, index) => wrong(`${path}[${index}]`, item, type.slice(0, -2)));
  }
  const [, scope, name] = /^inputs\.(\w+)\.(\w+)$/.exec(type) ?? [];
  if (!scope || !name) return isOf(value, type) ? [] : [`${path} is not a ${type}`];
  const blocks: unknown[] = Array.isArray(value) ? value : [value];
  if (blocks.length !== 1) return [`${path} occurs more than once`];
  const namespace = inputs.slice(inputs.indexOf(`declare namespace ${scope} {`));
  return blocks.flatMap((block) =>
    isPlainObject(block) ? mistakes(path, block, propertiesOf(namespace, name)) : [`${path} is not a block`],
  );
}

/** Terraform makes a text of numbers and truth values where the provider wants one. */
function isOf(value: unknown, type: string): boolean {
  if (type === "map") return isPlainObject(value);
  if (typeof value === "object") return false;
  return type.split(" | ").some((one) => !["number", "boolean"].includes(one) || typeof value === one);
}

function nameIn(properties: Properties, name: string): string | undefined {
  const singular = camelCase(name);
  return [singular, `${singular}s`, singular.replace(/y$/, "ies")].find((one) => properties.has(one));
}

/** The properties of an interface, from the text of generated declarations, which always have the same form. */
function propertiesOf(text: string, name: string): Properties {
  const [, indent, body = ""] =
    new RegExp(`^( *)(?:export )?interface ${name} \\{\n(.*?)^\\1\\}`, "ms").exec(text) ?? [];
  if (indent === undefined) throw new Error(`Pulumi's AWS package has no interface ${name}`);
  const flat = body.replace(/\/\*\*.*?\*\//gs, "").replace(/\{\s*\[key: string\]:[^}]*\}/g, "map");
  return new Map(
    [...flat.matchAll(/(\w+)(\??): ([^;]+);/g)].map(([, property = "", question, type = ""]) => [
      property,
      { isOptional: question === "?", type: type.replaceAll("pulumi.Input<", "").replaceAll(">", "").trim() },
    ]),
  );
}
