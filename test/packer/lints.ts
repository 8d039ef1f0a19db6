import type { Node } from "web-tree-sitter";
import { pesterCommands, unitTestCommands, windowsCommands } from "./commands.ts";
import { complaintAbout, type Signature } from "./functions.ts";
import {
  type Call,
  callsIn,
  enclosingFunction,
  functionName,
  lineOf,
  nodesOf,
  type Script,
  variableName,
} from "./powershell.ts";
import { scopeRules } from "./scope-lints.ts";
import { styleRules } from "./style-lints.ts";

/** Returns the violations of a rule in a script, with their places. */
type Rule = (script: Script, own: Map<string, Signature>) => { at: Node; what: string }[];

const download =
  /^(curl|wget|certutil|bitsadmin)(\.exe)?$|^(iwr|irm|Invoke-WebRequest|Invoke-RestMethod|Start-BitsTransfer|([\w.]+\\)?(Read|Copy|Write)-S3Object)$|^(s3|s3api|get-object|put-object)$/i;
const downloadType = /^(System\.)?Net\.(WebClient|WebRequest|HttpWebRequest|Http\.HttpClient)$/i;
/** Functions that may use the network: the one that Get-VerifiedFile calls, and the upload. */
const mayDownload = ["Save-Url", "Publish-File"];
/** Variables that PowerShell assigns. */
const automatic = ["_", "true", "false", "null", "this", "PSScriptRoot", "PSCmdlet", "Matches", "LASTEXITCODE"];

export const rules = {
  ...styleRules,
  ...scopeRules,

  "strict mode and Stop come first": ({ path, root }) => {
    if (path.endsWith(".psd1")) return [];
    const [strict, stop] = nodesOf(root, "statement_list")[0]?.namedChildren ?? [];
    const ok =
      strict?.text === "Set-StrictMode -Version Latest" && stop?.text.trim() === "$ErrorActionPreference = 'Stop'";
    return ok ? [] : [{ at: root, what: "does not begin with Set-StrictMode and ErrorActionPreference" }];
  },

  "text is ASCII": ({ text, root }) =>
    // biome-ignore lint/suspicious/noControlCharactersInRegex: Windows PowerShell reads other bytes in a code page
    /[^\x00-\x7F]/.test(text) ? [{ at: root, what: "has characters outside ASCII" }] : [],

  "no text is executed as code": ({ root }) => [
    ...callsIn(root)
      .filter(({ name }) => /^(Invoke-Expression|iex)$/i.test(name))
      .map(({ node }) => ({ at: node, what: node.text })),
    ...nodesOf(root, "invokation_expression")
      .filter(({ text }) => /^\[scriptblock\]::Create|\.InvokeScript\(/i.test(text))
      .map((node) => ({ at: node, what: node.text })),
  ],

  "only Get-VerifiedFile downloads": ({ root }) => [
    ...callsIn(root)
      .filter(({ name }) => download.test(name))
      .map(({ node }) => node)
      .concat(
        nodesOf(root, "verbatim_string_characters", "expandable_string_literal", "generic_token").filter(({ text }) => {
          const bare = text.replace(/^['"]|['"]$/g, "");
          return download.test(bare) || downloadType.test(bare);
        }),
        nodesOf(root, "type_name").filter(({ text }) => downloadType.test(text)),
      )
      .filter((node) => !mayDownload.includes(enclosingFunction(node) ?? ""))
      .map((node) => ({ at: node, what: node.text })),
    ...callsIn(root)
      .filter(({ name, node }) => name === "Save-Url" && enclosingFunction(node) !== "Get-VerifiedFile")
      .map(({ node }) => ({ at: node, what: node.text })),
    ...nodesOf(root, "verbatim_string_characters")
      .filter((node) => node.text === "'pull'" && enclosingFunction(node) !== "Save-ContainerImage")
      .map((node) => ({ at: node, what: node.text })),
  ],

  "no address contains latest": ({ root }) =>
    nodesOf(
      root,
      "verbatim_string_characters",
      "expandable_string_literal",
      "expandable_here_string_literal",
      "generic_token",
    )
      .filter(({ text }) => /https?:\/\/\S*\blatest\b/i.test(text))
      .map((node) => ({ at: node, what: node.text })),

  "programs run through Invoke-Native": ({ path, root }, own) =>
    [
      ...callsIn(root)
        .filter((call) => !isAllowedCall(call, path, own))
        .map(({ node }) => node),
      ...nodesOf(root, "invokation_expression").filter(({ text }) =>
        /^\[(System\.)?Diagnostics\.Process\]::/i.test(text),
      ),
    ].map((node) => ({ at: node, what: node.text })),

  "calls match the declaration of the function": ({ root }, own) =>
    callsIn(root).flatMap((call) => {
      const signature = own.get(call.name);
      const complaint = signature && complaintAbout(call, signature);
      return complaint ? [{ at: call.node, what: `${call.name} ${complaint}` }] : [];
    }),

  "every variable is assigned": ({ path, root }, own) => {
    const assigned = assignedIn(root);
    if (path.startsWith("pester/")) for (const name of givenByPester(root, own)) assigned.add(name);
    return nodesOf(root, "variable")
      .filter((variable) => {
        const name = variableName(variable).toLowerCase();
        return !/^(env|global):/.test(name) && !assigned.has(name);
      })
      .map((node) => ({ at: node, what: node.text }));
  },
} satisfies Record<string, Rule>;
export type RuleName = keyof typeof rules;

export function lint(script: Script, own: Map<string, Signature>): { rule: RuleName; place: string; what: string }[] {
  return (Object.entries(rules) as [RuleName, Rule][]).flatMap(([rule, find]) =>
    find(script, own).map(({ at, what }) => ({ rule, place: `${script.path}:${lineOf(at)}`, what })),
  );
}

/**
 * Allows cmdlets, functions of the recipe, passed script blocks and parts of the module; programs only in Invoke-Native
 * and Start-Native.
 */
function isAllowedCall({ name, operator, node }: Call, path: string, own: Map<string, Signature>): boolean {
  const isUnitTest = path.startsWith("pester/");
  if (operator === "." && isUnitTest) return name === "$part.FullName";
  if (operator === ".") return path.endsWith(".psm1") && /^"\$PSScriptRoot\\\w+\.ps1"$/.test(name);
  if (operator === "&") {
    if (name === "$FilePath") return enclosingFunction(node) === "Invoke-Native";
    return name === "$Script" && declaresScriptBlock(node);
  }
  if (name === "Start-Process") return enclosingFunction(node) === "Start-Native";
  if (isUnitTest && unitTestCommands.has(name)) return true;
  return own.has(name) || windowsCommands.has(name) || pesterCommands.has(name);
}

function declaresScriptBlock(node: Node): boolean {
  const name = enclosingFunction(node);
  const statement = nodesOf(node.tree.rootNode, "function_statement").find((each) => functionName(each) === name);
  return statement !== undefined && /\[scriptblock\]\$Script\b/.test(statement.text);
}

/** Variables that Pester sets: cases and drive in a test, the parameters of the replaced function in a mock. */
function givenByPester(root: Node, own: Map<string, Signature>): string[] {
  const cases = nodesOf(root, "key_expression").map(({ text }) => text);
  const parameters = [...own.values()].flatMap((signature) => signature.parameters);
  return [...cases, ...parameters, "TestDrive", "Seconds"].map((name) => name.toLowerCase());
}

function assignedIn(root: Node): Set<string> {
  const names = [
    ...nodesOf(root, "left_assignment_expression").flatMap((left) => nodesOf(left, "variable").slice(0, 1)),
    ...nodesOf(root, "foreach_statement").flatMap((loop) =>
      loop.children.filter((child) => child?.type === "variable"),
    ),
    ...nodesOf(root, "script_parameter").flatMap((each) => each.children.filter((child) => child?.type === "variable")),
  ].map((variable) => variableName(variable as Node));
  return new Set([...names, ...automatic].map((name) => name.toLowerCase()));
}
