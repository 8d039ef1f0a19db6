/** Context keys of a request, in lower case, with their values. A missing key is absent from the request. */
export type Context = Readonly<Record<string, readonly string[]>>;

type Test = (actual: string, wanted: string) => boolean;

const like: Test = (actual, wanted) => matches(wanted, actual);
const numerically =
  (compare: (actual: number, wanted: number) => boolean): Test =>
  (actual, wanted) =>
    compare(Number(actual), Number(wanted));

/**
 * Operators by name. Without a set operator, a negated one also holds if the key is absent (IAM user guide, "Condition
 * operators").
 */
const operators: Record<string, { test: Test; negated?: true }> = {
  StringEquals: { test: (actual, wanted) => actual === wanted },
  StringNotEquals: { test: (actual, wanted) => actual === wanted, negated: true },
  StringEqualsIgnoreCase: { test: (actual, wanted) => actual.toLowerCase() === wanted.toLowerCase() },
  StringLike: { test: like },
  StringNotLike: { test: like, negated: true },
  ArnEquals: { test: like },
  ArnLike: { test: like },
  ArnNotEquals: { test: like, negated: true },
  ArnNotLike: { test: like, negated: true },
  Bool: { test: (actual, wanted) => actual.toLowerCase() === wanted.toLowerCase() },
  NumericLessThan: { test: numerically((actual, wanted) => actual < wanted) },
  NumericLessThanEquals: { test: numerically((actual, wanted) => actual <= wanted) },
  NumericGreaterThan: { test: numerically((actual, wanted) => actual > wanted) },
};

/**
 * Whether all conditions of a statement hold for a request.
 * @param conditions operator → context key → values
 * @throws Error for an unknown operator, and for policy variables such as `${aws:username}`
 */
export function hold(conditions: Record<string, Record<string, string[]>>, context: Context): boolean {
  return Object.entries(conditions).every(([operator, keys]) =>
    Object.entries(keys).every(([key, wanted]) => holds(operator, context[key.toLowerCase()], wanted)),
  );
}

function holds(named: string, actual: readonly string[] | undefined, wanted: readonly string[]): boolean {
  const unsupported = wanted.find((value) => value.includes("${"));
  if (unsupported) throw new Error(`judging a policy: ${unsupported} has a policy variable`);
  if (named === "Null") return wanted.every((value) => (actual === undefined) === (value === "true"));
  const [, set, name = "", ifExists] = /^(?:(ForAllValues|ForAnyValue):)?(\w+?)(IfExists)?$/.exec(named) ?? [];
  const operator = operators[name];
  if (!operator) throw new Error(`judging a policy: the operator ${named} is unknown`);
  if (actual === undefined) return Boolean(ifExists) || ofNothing(set, Boolean(operator.negated));
  const fits = (value: string) => wanted.some((one) => operator.test(value, one)) !== Boolean(operator.negated);
  return set === "ForAnyValue" ? actual.some(fits) : actual.every(fits);
}

/**
 * For an absent key, ForAllValues holds and ForAnyValue does not (IAM user guide, "Set operators for multivalued
 * context keys").
 */
function ofNothing(set: string | undefined, negated: boolean): boolean {
  return set === undefined ? negated : set === "ForAllValues";
}

/** Compares as IAM does for ARNs, actions and `…Like` operators, with the wildcards `*` and `?`. */
export function matches(pattern: string, text: string, flags = ""): boolean {
  const expression = pattern
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replaceAll("*", "[^]*")
    .replaceAll("?", "[^]");
  return new RegExp(`^${expression}$`, flags).test(text);
}
