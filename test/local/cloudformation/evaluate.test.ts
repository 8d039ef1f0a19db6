import { expect, test } from "vitest";
import { parse } from "yaml";
import { evaluate, type Parameters } from "../../../local/cloudformation/evaluate.ts";
import { cloudFormation } from "../../../local/cloudformation/template.ts";

const text = `
Parameters:
  Name: { Type: String, AllowedPattern: "[a-z]+" }
  Kind: { Type: String, AllowedValues: [one, two], Default: one }
  Groups: { Type: CommaDelimitedList, Default: "" }
Conditions:
  IsTwo: !Equals [!Ref Kind, two]
  HasGroups: !Not [!Equals [!Join ["", !Ref Groups], ""]]
  Both: !And [!Condition IsTwo, !Condition HasGroups]
  Any: !Or [!Condition IsTwo, !Condition HasGroups]
Resources:
  Always:
    Type: A
    Properties:
      Value: VALUE
  OnlyBoth: { Type: B, Condition: Both }
  OnlyAny: { Type: C, Condition: Any }
`;

function made(value: string, given: Parameters = {}) {
  const template = parse(text.replace("VALUE", value), { customTags: cloudFormation });
  return evaluate(template, { Name: "web", ...given }, { "AWS::AccountId": "210987654321" });
}

function value(written: string, given: Parameters = {}) {
  return made(written, given).Always?.properties.Value;
}

test.each<[string, Parameters, unknown]>([
  ["!Ref Name", {}, "web"],
  ["!Ref AWS::AccountId", {}, "210987654321"],
  ["!Ref Always", {}, "Always"],
  ["!Ref Groups", { Groups: "a, b" }, ["a", "b"]],
  [`!Sub arn:\${AWS::AccountId}:\${Name}/*`, {}, "arn:210987654321:web/*"],
  [`!Sub ["\${Own}-\${Name}", { Own: !Join ["/", !Ref Groups] }]`, { Groups: "a,b" }, "a/b-web"],
  ['!Split [",", !Join [",x:", !Ref Groups]]', { Groups: "a,b" }, ["a", "x:b"]],
  [`!Select [1, !Split [":", !Sub "a:\${Name}"]]`, {}, "web"],
  ["!If [IsTwo, yes, no]", { Kind: "two" }, "yes"],
  ["!If [IsTwo, !Ref Nothing, no]", {}, "no"],
  ["[!If [IsTwo, yes, !Ref AWS::NoValue], last]", {}, ["last"]],
  ["{ a: !If [IsTwo, yes, !Ref AWS::NoValue], b: 1 }", {}, { b: 1 }],
  ["{ Condition: { StringEquals: { a: !Ref Name } } }", {}, { Condition: { StringEquals: { a: "web" } } }],
])("%s with %j is %j", (written, given, expected) => {
  expect(value(written, given)).toEqual(expected);
});

test.each<[Parameters, string[]]>([
  [{}, ["Always"]],
  [{ Kind: "two" }, ["Always", "OnlyAny"]],
  [{ Kind: "two", Groups: "a" }, ["Always", "OnlyBoth", "OnlyAny"]],
])("with %j, the resources whose condition holds are made: %j", (given, expected) => {
  expect(Object.keys(made("1", given))).toEqual(expected);
});

test.each<[string, Parameters, string]>([
  ["1", { Name: "Web" }, 'the parameter Name may not be "Web"'],
  ["1", { Kind: "three" }, 'the parameter Kind may not be "three"'],
  ["1", { Other: "a" }, "no parameter Other"],
  ["!Ref Nothing", {}, "nothing is named Nothing"],
  [`!Sub \${Nothing}`, {}, "nothing is named Nothing"],
  ["!If [Unknown, a, b]", {}, "no condition Unknown"],
  ["!GetAtt Always.Arn", {}, "the function Fn::GetAtt is unknown"],
])("%s with %j is refused: %s", (written, given, message) => {
  expect(() => value(written, given)).toThrow(message);
});

test("a parameter without a default must be given", () => {
  const template = parse(text.replace("VALUE", "1"), { customTags: cloudFormation });
  expect(() => evaluate(template, {}, {})).toThrow("the parameter Name is missing");
});
