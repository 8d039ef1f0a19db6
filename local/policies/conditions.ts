/** Context keys of a request, in lower case, with their values; a key that is not there is absent from the request. */
export type Context = Readonly<Record<string, readonly string[]>>;

type Test = (actual: string, wanted: string) => boolean;

const like: Test = (actual, wanted) => matches(wanted, actual);
const numerically =
  (compare: (actual: number, wanted: number) => boolean): Test =>
  (actual, wanted) =>
    compare(Number(actual), Number(wanted));

/** Operators by name; alone, the negated ones hold also where the key is absent (IAM user guide, "Condition operators"). */
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
 * @throws Error on an operator that is not known here, and on policy variables such as `${aws:username}`
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
  if (!operator) throw new Error(`judging a policy: the operator ${named} is not known`);
  if (actual === undefined) return Boolean(ifExists) || ofNothing(set, Boolean(operator.negated));
  const fits = (value: string) => wanted.some((one) => operator.test(value, one)) !== Boolean(operator.negated);
  return set === "ForAnyValue" ? actual.some(fits) : actual.every(fits);
}

/** Of no values none fits and all do, whatever is tested (IAM user guide, "Set operators for multivalued context keys"). */
function ofNothing(set: string | undefined, negated: boolean): boolean {
  return set === undefined ? negated : set === "ForAllValues";
}

/** As IAM compares ARNs, actions and the values of `…Like`: `*` and `?` are wild. */
export function matches(pattern: string, text: string, flags = ""): boolean {
  const expression = pattern
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replaceAll("*", "[^]*")
    .replaceAll("?", "[^]");
  return new RegExp(`^${expression}$`, flags).test(text);
}
