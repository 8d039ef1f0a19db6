import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { gunzipSync } from "node:zlib";
import { XMLParser } from "fast-xml-parser";

interface Shape {
  type: string;
  members?: Record<string, { shape: string; locationName?: string }>;
  required?: string[];
  member?: { shape: string };
  value?: { shape: string };
  enum?: string[];
  min?: number;
  max?: number;
  exception?: boolean;
  error?: { code?: string; httpStatusCode?: number };
}

interface Model {
  metadata: { protocol: string };
  operations: Record<string, { output?: { shape: string; resultWrapper?: string }; errors?: { shape: string }[] }>;
  shapes: Record<string, Shape>;
  /** Whether numbers, booleans and times are text on the wire. */
  isText: boolean;
}

export interface Answer {
  operation: string;
  status: number;
  body: string;
}

/** AWS's own description of an API, as botocore has it. */
export interface ApiModel {
  /** What the answer has that the model does not allow, or lacks although the model demands it. */
  complaints(answer: Answer): string[];
}

/** @param python the Python in which the emulator, and so botocore, is installed */
export function readApiModel(python: string, service: "eks" | "autoscaling" | "ec2"): ApiModel {
  const lib = join(dirname(dirname(python)), "lib");
  const version = readdirSync(lib).find((name) => name.startsWith("python")) ?? "";
  const data = join(lib, version, "site-packages", "botocore", "data", service);
  const file = join(data, readdirSync(data).toSorted().at(-1) ?? "", "service-2.json.gz");
  const model: Model = { ...JSON.parse(gunzipSync(readFileSync(file)).toString()), isText: service !== "eks" };
  return { complaints: (answer) => (service === "eks" ? ofJson(model, answer) : ofXml(model, answer)) };
}

function ofJson(model: Model, { operation, status, body }: Answer): string[] {
  const { output, errors = [] } = operationOf(model, operation);
  const value = JSON.parse(body);
  if (status === 200) return wrongIn(model, output?.shape ?? "", value, operation);
  const { __type: code, ...members } = value;
  if (!errors.some(({ shape }) => shape === code)) return [`${operation} has no error ${code}`];
  const expected = model.shapes[code]?.error?.httpStatusCode;
  return [
    ...(expected === status ? [] : [`${code} has the status ${expected}, not ${status}`]),
    ...wrongIn(model, code, members, code),
  ];
}

/** Errors of Auto Scaling that no operation lists (API reference, "Common errors"). */
const common = ["ValidationError"];

function ofXml(model: Model, { operation, status, body }: Answer): string[] {
  const { output, errors = [] } = operationOf(model, operation);
  const parsed = new XMLParser({ parseTagValue: false, ignoreAttributes: true }).parse(body);
  if (status === 200 && model.metadata.protocol === "ec2") {
    const { requestId: _, ...value } = parsed[`${operation}Response`] ?? {};
    return wrongIn(model, output?.shape ?? "", value, operation);
  }
  if (status === 200) {
    const wrapped = parsed[`${operation}Response`]?.[output?.resultWrapper ?? ""];
    if (wrapped === undefined) return [`${operation} lacks ${output?.resultWrapper}`];
    return wrongIn(model, output?.shape ?? "", wrapped, operation);
  }
  const code = parsed.ErrorResponse?.Error?.Code;
  const listed = errors.map(({ shape }) => model.shapes[shape]?.error);
  const expected = common.includes(code) ? 400 : listed.find((error) => error?.code === code)?.httpStatusCode;
  return expected === status ? [] : [`${operation} has no error ${code} with the status ${status}`];
}

function operationOf(model: Model, name: string): Model["operations"][string] {
  const found = model.operations[name];
  if (!found) throw new Error(`reading an API's model: it has no operation ${name}`);
  return found;
}

function wrongIn(model: Model, name: string, value: unknown, path: string): string[] {
  const shape = model.shapes[name];
  if (!shape) throw new Error(`reading an API's model: it has no shape ${name}`);
  switch (shape.type) {
    case "structure":
      return wrongInStructure(model, shape, value === "" ? {} : value, path);
    case "list":
      if (!model.isText && !Array.isArray(value)) return [`${path} is no list`];
      return itemsOf(value).flatMap((item, index) =>
        wrongIn(model, shape.member?.shape ?? "", item, `${path}[${index}]`),
      );
    case "map":
      return Object.entries(value as object).flatMap(([key, item]) =>
        wrongIn(model, shape.value?.shape ?? "", item, `${path}.${key}`),
      );
    default:
      return isScalar(shape, value, model.isText)
        ? []
        : [`${path} is ${JSON.stringify(value)}, expected ${shape.type}`];
  }
}

function wrongInStructure(
  model: Model,
  { members = {}, required = [] }: Shape,
  value: unknown,
  path: string,
): string[] {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return [`${path} is no structure`];
  const isEc2 = model.metadata.protocol === "ec2";
  return [
    ...required.filter((name) => !(name in value)).map((name) => `${path} lacks ${name}`),
    ...Object.entries(value).flatMap(([name, item]) => {
      const member = isEc2 ? Object.values(members).find((one) => one.locationName === name) : members[name];
      return member ? wrongIn(model, member.shape, item, `${path}.${name}`) : [`${path} has ${name}, which is unknown`];
    }),
  ];
}

/** XML shows a list as `member` elements, EC2 as `item` elements, and an empty one as nothing. */
function itemsOf(value: unknown): unknown[] {
  if (Array.isArray(value)) return value;
  if (typeof value !== "object" || value === null) return value === "" ? [] : [value];
  const { member, item } = value as { member?: unknown; item?: unknown };
  return [member ?? item].flat();
}

function isScalar(shape: Shape, value: unknown, isText: boolean): boolean {
  const { type, enum: allowed, min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY } = shape;
  const isWithin = (size: number) => size >= min && size <= max;
  const [asNumber, asBoolean] = isText
    ? [Number(value), value === "true" || value === "false"]
    : [value, typeof value === "boolean"];
  switch (type) {
    case "string":
      return typeof value === "string" && (allowed?.includes(value) ?? isWithin(value.length));
    case "integer":
      return typeof asNumber === "number" && Number.isInteger(asNumber) && value !== "" && isWithin(asNumber);
    case "boolean":
      return asBoolean;
    case "timestamp":
      return isText ? /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(String(value)) : typeof value === "number";
    default:
      throw new Error(`reading an API's model: the type ${type} is not known here`);
  }
}
