import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { parse as parseYaml } from "yaml";
import { z } from "zod";
import { nodesOf, parse, syntaxErrors, unitTests } from "./powershell.ts";

const Workflow = z.object({
  on: z.record(z.string(), z.unknown()),
  permissions: z.object({ contents: z.literal("read") }),
  jobs: z.record(
    z.string(),
    z.object({
      "runs-on": z.string(),
      "timeout-minutes": z.number(),
      strategy: z.object({ matrix: z.object({ os: z.array(z.string()) }) }).optional(),
      steps: z.array(
        z.object({ uses: z.string().optional(), run: z.string().optional(), shell: z.string().optional() }).loose(),
      ),
    }),
  ),
});

const workflow = Workflow.parse(parseYaml(read(".github/workflows/checks.yml")));
const steps = Object.values(workflow.jobs).flatMap((job) => job.steps);
const settings = parse("PSScriptAnalyzerSettings.psd1", read("PSScriptAnalyzerSettings.psd1"));

/** The rules of PSScriptAnalyzer 1.24 except those for DSC. */
const rules = new Set(
  "AlignAssignmentStatement AvoidAssignmentToAutomaticVariable AvoidDefaultValueForMandatoryParameter AvoidDefaultValueSwitchParameter AvoidExclaimOperator AvoidGlobalAliases AvoidGlobalFunctions AvoidGlobalVars AvoidInvokingEmptyMembers AvoidLongLines AvoidMultipleTypeAttributes AvoidNullOrEmptyHelpMessageAttribute AvoidOverwritingBuiltInCmdlets AvoidSemicolonsAsLineTerminators AvoidShouldContinueWithoutForce AvoidTrailingWhitespace AvoidUsingAllowUnencryptedAuthentication AvoidUsingBrokenHashAlgorithms AvoidUsingCmdletAliases AvoidUsingComputerNameHardcoded AvoidUsingConvertToSecureStringWithPlainText AvoidUsingDeprecatedManifestFields AvoidUsingDoubleQuotesForConstantString AvoidUsingEmptyCatchBlock AvoidUsingInvokeExpression AvoidUsingPlainTextForPassword AvoidUsingPositionalParameters AvoidUsingUsernameAndPasswordParams AvoidUsingWMICmdlet AvoidUsingWriteHost MisleadingBacktick MissingModuleManifestField PlaceCloseBrace PlaceOpenBrace PossibleIncorrectComparisonWithNull PossibleIncorrectUsageOfAssignmentOperator PossibleIncorrectUsageOfRedirectionOperator ProvideCommentHelp ReservedCmdletChar ReservedParams ReviewUnusedParameter ShouldProcess UseApprovedVerbs UseBOMForUnicodeEncodedFile UseCmdletCorrectly UseCompatibleCmdlets UseCompatibleCommands UseCompatibleSyntax UseCompatibleTypes UseConsistentIndentation UseConsistentWhitespace UseCorrectCasing UseDeclaredVarsMoreThanAssignments UseLiteralInitializerForHashtable UseOutputTypeCorrectly UseProcessBlockForPipelineCommand UsePSCredentialType UseShouldProcessForStateChangingFunctions UseSingularNouns UseSupportsShouldProcess UseToExportFieldsInManifest UseUsingScopeModifierInNewRunspaces UseUTF8EncodingForHelpFile"
    .split(" ")
    .map((name) => `PS${name}`),
);

test("PowerShell is checked on both Windows versions that GitHub offers, in the PowerShell of the images", () => {
  const { powershell } = workflow.jobs;

  expect(powershell?.strategy?.matrix.os).toEqual(["windows-2022", "windows-2025"]);
  expect(powershell?.steps.filter(({ run }) => run).map(({ shell }) => shell)).toEqual(["powershell"]);
});

test("every script and command that a step runs exists", () => {
  const scripts = JSON.parse(read("package.json")).scripts as Record<string, string>;
  const paths = steps.flatMap(({ run }) => /^\.\/(\S+)$/.exec(run ?? "")?.[1] ?? []);
  const commands = steps.flatMap(({ run }) => /^npm (?:run )?([\w:]+)$/.exec(run ?? "")?.[1] ?? []);

  expect(paths).toEqual(["test/pester/run.ps1"]);
  for (const path of paths) expect(existsSync(pathOf(path))).toBe(true);
  for (const command of commands.filter((each) => each !== "ci")) expect(scripts).toHaveProperty(command);
});

test("actions are pinned to a commit", () => {
  const actions = steps.flatMap(({ uses }) => uses ?? []);

  expect(actions).not.toEqual([]);
  for (const action of actions) expect(action).toMatch(/^actions\/[\w-]+@[a-f0-9]{40}$/);
});

test("the settings name only rules that PSScriptAnalyzer has", () => {
  const names = nodesOf(settings.root, "verbatim_string_characters", "key_expression").flatMap(
    ({ text }) => /^'?(PS\w+)'?$/.exec(text)?.[1] ?? [],
  );

  expect(syntaxErrors(settings)).toEqual([]);
  expect(names.length).toBeGreaterThan(5);
  expect(names.filter((name) => !rules.has(name))).toEqual([]);
});

test("PSScriptAnalyzer and Pester are pinned to one version each", () => {
  const run = unitTests().find(({ path }) => path === "pester/run.ps1");

  expect(run?.text).toMatch(/PSScriptAnalyzer = '\d+\.\d+\.\d+'; Pester = '5\.\d+\.\d+'/);
  expect(run?.text).toContain("-RequiredVersion $version");
});

function read(path: string): string {
  return readFileSync(pathOf(path), "utf8");
}

function pathOf(path: string): string {
  return fileURLToPath(new URL(`../../${path}`, import.meta.url));
}
