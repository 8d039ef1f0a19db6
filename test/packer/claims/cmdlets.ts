import { type Given, runBlock } from "./commands.ts";
import { leafOf, parentOf } from "./paths.ts";
import { enterCheck, type Run } from "./run.ts";
import { blocks, concatenated, mapTexts, texts, unknown, type Value } from "./values.ts";

/** What is known of a cmdlet's output; `isPure` says that it neither reads nor changes anything. */
type Cmdlet = { value: (given: Given, run: Run) => Value; isPure?: true };

export const cmdlets: Record<string, Cmdlet> = {
  "join-path": {
    isPure: true,
    value: (given) => concatenated([argument(given, "path", 0), ["\\"], argument(given, "childpath", 1)]),
  },
  "split-path": {
    isPure: true,
    value: (given) => mapTexts(argument(given, "path", 0), given.named.has("leaf") ? leafOf : parentOf),
  },
  "foreach-object": {
    isPure: true,
    value: (given, run) => {
      const process = blocks(argument(given, "process", 0));
      return given.input.flatMap((atom) => process.flatMap((block) => withCurrent(block, [atom], run)));
    },
  },
  "where-object": {
    isPure: true,
    value: (given, run) => {
      for (const block of blocks(argument(given, "filterscript", 0))) withCurrent(block, given.input, run);
      return given.input;
    },
  },
  "select-object": { isPure: true, value: ({ input }) => input },
  "sort-object": { isPure: true, value: ({ input }) => input },
  "out-string": { isPure: true, value: ({ input }) => input },
  "out-null": { isPure: true, value: () => [] },
  "convertfrom-json": { isPure: true, value: (given) => argument(given, "inputobject") },
  "convertto-json": { isPure: true, value: (given) => argument(given, "inputobject") },
  "get-item": { value: (given) => argument(given, "path", 0) },
  "get-childitem": {
    value: (given) => concatenated([argument(given, "path", 0), ["\\"], given.named.get("filter") ?? unknown]),
  },
  "get-content": { value: (given) => mapTexts(argument(given, "path", 0), (path) => `<${leafOf(path)}>`) },
  "get-service": { value: (given) => argument(given, "name", 0) },
  "get-scheduledtask": { value: (given) => argument(given, "taskname", 0) },
  "get-netfirewallrule": { value: (given) => argument(given, "name", 0) },
  "import-module": {
    isPure: true,
    value: (given, run) => {
      if (texts(argument(given, "name", 0)).some((name) => name.endsWith("\\EksWindowsImages.psd1")))
        run.importModule();
      return [];
    },
  },
  "set-strictmode": { isPure: true, value: () => [] },
  "write-warning": { isPure: true, value: () => [] },
  "start-sleep": { isPure: true, value: () => [] },
  "get-command": { isPure: true, value: () => unknown },
  should: { value: () => [] },
  describe: { isPure: true, value: (given, run) => inCheck(given, run) },
  context: { isPure: true, value: (given, run) => inCheck(given, run) },
  it: { isPure: true, value: (given, run) => inCheck(given, run, true) },
};

/** A parameter by name or place, or else what comes down the pipeline. */
export function argument({ named, positional, input }: Given, name: string, index?: number): Value {
  const given = named.get(name) ?? (name === "path" ? named.get("literalpath") : undefined);
  return given ?? (index === undefined ? undefined : positional[index]) ?? input;
}

function withCurrent(block: ReturnType<typeof blocks>[number], current: Value, run: Run): Value {
  return runBlock(block, { named: new Map(), positional: [], input: current }, run);
}

function inCheck(given: Given, run: Run, isTest = false): Value {
  const before = run.check;
  const name = texts(argument(given, "name", 0)).join(" ");
  const whole = before === undefined ? name : `${before}: ${name}`;
  if (isTest) enterCheck(whole, run);
  run.check = whole;
  const bodies = blocks([...given.positional.flat(), ...[...given.named.values()].flat()]);
  for (const block of bodies) withCurrent(block, [], run);
  if (before === undefined) delete run.check;
  else run.check = before;
  return [];
}
