import type { Node } from "web-tree-sitter";
import { callsIn, enclosingFunction, functionName, nodesOf, type Script } from "./powershell.ts";

type Finding = { at: Node; what: string };

/** The verbs approved by PowerShell (Get-Verb) that fit an image build. */
const verbs = new Set(
  "Add Assert Clear Close Compare Confirm Convert ConvertFrom ConvertTo Copy Disable Enable Expand Export Find Format Get Grant Import Initialize Install Invoke Join Measure Merge Mount Move New Open Protect Publish Read Register Remove Rename Repair Reset Resize Resolve Restart Restore Resume Save Search Select Send Set Show Split Start Stop Sync Test Trace Uninstall Unregister Update Use Wait Watch Write".split(
    " ",
  ),
);

/** Aliases that Windows PowerShell predefines. */
const aliases =
  /^(%|\?|ac|cat|cd|clc|clear|cls|copy|cp|cpi|del|dir|echo|epal|erase|fc|fl|foreach|ft|gc|gci|gcm|gi|gl|gm|gp|gps|group|gsv|gv|gwmi|h|ii|ipmo|kill|ls|measure|mi|mount|move|mp|mv|ni|nv|oh|popd|ps|pushd|pwd|r|rd|rdr|ren|ri|rm|rmdir|rp|sajb|sal|saps|sasv|sc|select|set|si|sl|sleep|sls|sort|sp|spps|spsv|start|sv|tee|type|where|write)$/i;

/** Commands for which an empty result is a valid result. */
const mayFindNothing =
  /^Get-(ChildItem|Command|Content|Item|ItemProperty|Module|MpPreference|NetFirewallRule|Process|ScheduledTask|Service|WinEvent)$/;

/**
 * Cmdlets made from CDXML (ScheduledTasks, NetSecurity, NetTCPIP, Storage, Defender, SmbShare and others) that change
 * something. As functions of another module they do not see the caller's $ErrorActionPreference
 * (PowerShell/PowerShell#4568). Export-ScheduledTask only reads, but without its text a harvest has no task.
 */
const cdxml =
  /^(?!(Get|Find|Test|Measure|Show|Resolve)-)\w+-(ScheduledTask|Net\w+|DnsClient\w*|Smb\w+|Mp(Preference|Scan|Signature|Threat)|Disk|Partition|PartitionAccessPath|Volume|VirtualDisk|StoragePool|PhysicalDisk|DiskImage|PnpDevice\w*|EtwTrace\w*|AutologgerConfig)$/i;

const secret = /^-?-?(access-?key|api-?key|credential|password|pass-?phrase|private-?key|secret|session-?token)$/i;

export const styleRules = {
  "functions are cmdlets with an approved verb": ({ root }: Script): Finding[] =>
    nodesOf(root, "function_statement").flatMap((statement) => {
      const name = functionName(statement);
      const [verb = "", noun = ""] = name.split("-");
      const isCmdlet = /^\[CmdletBinding\(/.test(nodesOf(statement, "param_block")[0]?.text ?? "");
      return [
        ...(verbs.has(verb) && /^[A-Z]\w+$/.test(noun)
          ? []
          : [{ at: statement, what: `${name} is not an approved verb and a noun` }]),
        ...(isCmdlet ? [] : [{ at: statement, what: `${name} has no [CmdletBinding()]` }]),
      ];
    }),

  "commands are called by their full names": ({ root }: Script): Finding[] =>
    callsIn(root)
      .filter(({ name, operator }) => operator === "" && aliases.test(name))
      .map(({ node }) => ({ at: node, what: node.text })),

  "output goes to the pipeline": ({ root }: Script): Finding[] =>
    callsIn(root)
      .filter(({ name }) =>
        /^(Write-Host|Write-Output|Write-Verbose|Write-Debug|Write-Information|Out-Host)$/i.test(name),
      )
      .map(({ node }) => ({ at: node, what: node.text })),

  "no exception is swallowed": ({ root }: Script): Finding[] =>
    nodesOf(root, "catch_clause")
      .filter((clause) => nodesOf(clause, "statement_list").length === 0)
      .map((node) => ({ at: node, what: node.text })),

  "an error is silenced only where an empty result is valid": ({ root }: Script): Finding[] => [
    ...callsIn(root)
      .filter(({ name }) => !mayFindNothing.test(name))
      .filter((call) => call.arguments.some(({ text }) => /^-(ErrorAction|EA)$/i.test(text)))
      .filter((call) => call.arguments.some(({ text }) => /^(SilentlyContinue|Ignore|Continue)$/i.test(text)))
      .map(({ node }) => ({ at: node, what: node.text })),
    ...nodesOf(root, "assignment_expression")
      .filter(({ text }) => /^\$(\w+:)?ErrorActionPreference\s*=/i.test(text) && !/=\s*'Stop'$/.test(text))
      .filter((node) => enclosingFunction(node) !== "Invoke-Native")
      .map((node) => ({ at: node, what: node.text })),
  ],

  "what changes Windows by CDXML stops at an error": ({ root }: Script): Finding[] =>
    callsIn(root)
      .filter(({ name }) => cdxml.test(name))
      .filter(({ node }) => !/ -ErrorAction Stop\b/i.test(node.text))
      .map(({ node }) => ({ at: node, what: node.text })),

  "no line ends in a backtick": ({ text, root }: Script): Finding[] =>
    text.split("\n").flatMap((line, index) => (/`\s*$/.test(line) ? [{ at: root, what: `line ${index + 1}` }] : [])),

  "no secret is in the source": ({ root }: Script): Finding[] => [
    ...callsIn(root)
      .filter(({ name }) => /^(ConvertTo-SecureString|Get-Credential)$/i.test(name))
      .map(({ node }) => ({ at: node, what: node.text })),
    ...nodesOf(root, "command_parameter", "verbatim_string_characters", "expandable_string_literal")
      .filter(({ text }) => secret.test(text.replace(/^['"]|['"]$/g, "")))
      .map((node) => ({ at: node, what: node.text })),
    ...nodesOf(root, "script_parameter")
      .filter(({ text }) => secret.test(/\$(\w+)/.exec(text)?.[1] ?? ""))
      .map((node) => ({ at: node, what: node.text })),
    ...nodesOf(root, "verbatim_string_characters", "expandable_string_literal")
      .filter(({ text }) => /\bAKIA[A-Z0-9]{16}\b|:\/\/[^\s/:@]+:[^\s/@]+@|BEGIN [A-Z ]*PRIVATE KEY/.test(text))
      .map((node) => ({ at: node, what: node.text })),
  ],
};
