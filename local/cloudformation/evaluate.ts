import type { Template } from "./template.ts";

/** Values of parameters by name; lists as CloudFormation takes them, with commas. */
export type Parameters = Readonly<Record<string, string>>;

/** What `!Ref AWS::NoValue` leaves: the property or the element is left out. */
const noValue = Symbol("AWS::NoValue");

interface Scope {
  /** Of `Ref` and `Sub`: parameters, pseudo parameters and resources. */
  names: ReadonlyMap<string, unknown>;
  holds(condition: string): boolean;
}

/**
 * The resources that CloudFormation makes of a template, with their properties. `!Ref` of a resource is its logical name.
 * @param pseudo values of pseudo parameters, such as `AWS::AccountId`
 * @throws Error for a parameter that is missing, unknown or not allowed, and for a function that is not known here
 */
export function evaluate(
  { Parameters: declared = {}, Conditions: conditions = {}, Resources: resources }: Template,
  given: Parameters,
  pseudo: Readonly<Record<string, string>>,
): Record<string, { type: string; properties: Record<string, unknown> }> {
  const unknown = Object.keys(given).find((name) => !declared[name]);
  if (unknown) throw new Error(`evaluating a template: it has no parameter ${unknown}`);
  const names = new Map<string, unknown>([
    ...Object.keys(resources).map((name): [string, unknown] => [name, name]),
    ...Object.entries(pseudo),
    ["AWS::NoValue", noValue],
    ...Object.entries(declared).map(([name, about]): [string, unknown] => [name, valueFor(name, about, given[name])]),
  ]);
  const scope: Scope = {
    names,
    holds(name) {
      if (!(name in conditions)) throw new Error(`evaluating a template: it has no condition ${name}`);
      return resolve(conditions[name], scope) === true;
    },
  };
  return Object.fromEntries(
    Object.entries(resources)
      .filter(([, { Condition }]) => Condition === undefined || scope.holds(Condition))
      .map(([name, { Type, Properties = {} }]) => [
        name,
        { type: Type, properties: resolve(Properties, scope) as Record<string, unknown> },
      ]),
  );
}

type Declared = NonNullable<Template["Parameters"]>[string];

function valueFor(name: string, { Type, Default, AllowedPattern, AllowedValues }: Declared, given: string | undefined) {
  const value = given ?? (Default === undefined ? undefined : String(Default));
  if (value === undefined) throw new Error(`evaluating a template: the parameter ${name} is missing`);
  const fits = AllowedPattern === undefined || new RegExp(`^(?:${AllowedPattern})$`).test(value);
  if (!fits || AllowedValues?.includes(value) === false)
    throw new Error(`evaluating a template: the parameter ${name} may not be "${value}"`);
  return Type === "CommaDelimitedList" ? value.split(",").map((one) => one.trim()) : value;
}

function resolve(value: unknown, scope: Scope): unknown {
  if (Array.isArray(value)) return value.map((one) => resolve(one, scope)).filter((one) => one !== noValue);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value);
  const [[name, argument] = ["", undefined]] = entries;
  if (entries.length === 1 && (name === "Ref" || name.startsWith("Fn::"))) return call(name, argument, scope);
  if (entries.length === 1 && name === "Condition" && typeof argument === "string") return scope.holds(argument);
  return Object.fromEntries(
    entries.map(([key, one]) => [key, resolve(one, scope)]).filter(([, resolved]) => resolved !== noValue),
  );
}

function call(name: string, argument: unknown, scope: Scope): unknown {
  if (name === "Ref") return named(String(argument), scope);
  if (name === "Fn::Sub") return substitute(argument, scope);
  // Only the branch that counts may be resolved: the other one may not be possible.
  if (name === "Fn::If") {
    const [condition, yes, no] = argument as [string, unknown, unknown];
    return resolve(scope.holds(condition) ? yes : no, scope);
  }
  const resolved = resolve(argument, scope) as never[];
  const simple = functions[name];
  if (!simple) throw new Error(`evaluating a template: the function ${name} is unknown`);
  return simple(...resolved);
}

const functions: Readonly<Record<string, (...values: never[]) => unknown>> = {
  "Fn::And": (...all: boolean[]) => all.every((one) => one),
  "Fn::Equals": (one: unknown, other: unknown) => one === other,
  "Fn::Join": (separator: string, values: string[]) => values.join(separator),
  "Fn::Not": (one: boolean) => !one,
  "Fn::Or": (...all: boolean[]) => all.some((one) => one),
  "Fn::Select": (index: number, values: unknown[]) => values[index],
  "Fn::Split": (separator: string, value: string) => value.split(separator),
};

function substitute(argument: unknown, scope: Scope): string {
  const [text, own] = (Array.isArray(argument) ? argument : [argument, {}]) as [string, Record<string, unknown>];
  const names = new Map([
    ...scope.names,
    ...Object.entries(own).map(([key, one]) => [key, resolve(one, scope)] as const),
  ]);
  return text.replace(/\$\{([\w:.]+)\}/g, (_, name) => String(named(name, { ...scope, names })));
}

function named(name: string, { names }: Scope): unknown {
  if (!names.has(name)) throw new Error(`evaluating a template: nothing is named ${name}`);
  return names.get(name);
}
