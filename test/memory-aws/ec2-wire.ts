import * as ec2 from "@aws-sdk/client-ec2";

// EC2's query protocol from the service's side, read off the shapes that the client itself is made of: an operation
// needs nothing here.

type Traits = { xmlName?: string; ec2QueryName?: string };
type Reference = unknown;
type Struct = [3, string, string, unknown, string[], Reference[], ...unknown[]];
type List = [1, string, string, unknown, Reference];
type Operation = [9, string, string, unknown, Reference, Reference];
type Tree = { [part: string]: Tree } | string;

const listOfSimple = 64;

/** The input of a call as the client was given it. */
export function readQuery(operation: string, body: string): Record<string, unknown> {
  const tree: { [part: string]: Tree } = {};
  for (const [key, value] of new URLSearchParams(body)) {
    const parts = key.split(".");
    const last = parts.pop() as string;
    let at = tree;
    for (const part of parts) {
      at[part] ??= {};
      at = at[part] as { [part: string]: Tree };
    }
    at[last] = value;
  }
  return readValue(shapesOf(operation).input, tree) as Record<string, unknown>;
}

/** The answer as EC2 sends it. */
export function writeXml(operation: string, output: unknown): string {
  return `<${operation}Response>${contentOf(shapesOf(operation).output, output)}</${operation}Response>`;
}

/** An error as EC2 sends it. */
export function writeError(code: string, message: string): string {
  return `<Response><Errors><Error>${element("Code", code)}${element("Message", escaped(message))}</Error></Errors></Response>`;
}

function shapesOf(operation: string): { input: Reference; output: Reference } {
  const shape = (ec2 as unknown as Record<string, Operation>)[`${operation}$`];
  if (!shape) throw new Error(`EC2 has no operation ${operation}`);
  return { input: shape[4], output: shape[5] };
}

/** A shape and the names that its member has on the wire. */
function resolve(reference: Reference): { shape: Reference; traits: Traits } {
  if (typeof reference === "function") return resolve(reference());
  const isMember = Array.isArray(reference) && reference.length === 2;
  if (!isMember) return { shape: reference, traits: {} };
  return { shape: resolve(reference[0]).shape, traits: reference[1] as Traits };
}

function readValue(reference: Reference, tree: Tree): unknown {
  const { shape } = resolve(reference);
  if (isStruct(shape))
    return Object.fromEntries(
      membersOf(shape).flatMap(([name, member]) => {
        const { xmlName = name, ec2QueryName } = resolve(member).traits;
        const given = (tree as { [part: string]: Tree })[ec2QueryName ?? capitalized(xmlName)];
        return given === undefined ? [] : [[name, readValue(member, given)]];
      }),
    );
  const item = itemOf(shape);
  if (item !== undefined) return Object.values(tree).map((one) => readValue(item, one));
  if (shape === 1) return Number(tree);
  if (shape === 2) return tree === "true";
  return shape === 4 ? new Date(tree as string) : tree;
}

function contentOf(reference: Reference, value: unknown): string {
  const { shape } = resolve(reference);
  if (isStruct(shape))
    return membersOf(shape)
      .map(([name, member]) => {
        const given = (value as Record<string, unknown>)[name];
        return given === undefined ? "" : element(resolve(member).traits.xmlName ?? name, contentOf(member, given));
      })
      .join("");
  const item = itemOf(shape);
  if (item !== undefined) return (value as unknown[]).map((one) => element("item", contentOf(item, one))).join("");
  return escaped(value instanceof Date ? value.toISOString() : String(value));
}

function isStruct(shape: Reference): shape is Struct {
  return Array.isArray(shape) && shape[0] === 3;
}

function membersOf([, , , , names, references]: Struct): [string, Reference][] {
  return names.map((name, index) => [name, references[index]]);
}

/** The shape of a list's items; undefined if it is no list. */
function itemOf(shape: Reference): Reference | undefined {
  if (Array.isArray(shape) && shape[0] === 1) return (shape as List)[4];
  return typeof shape === "number" && shape >= listOfSimple ? shape - listOfSimple : undefined;
}

function element(name: string, content: string): string {
  return `<${name}>${content}</${name}>`;
}

export function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
