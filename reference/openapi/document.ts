import type * as z from "zod";
import packageJson from "../../package.json" with { type: "json" };
import { type Comments, commentsOf } from "../comments.ts";
import { calls, commonAnswers, type DocumentedAnswer, type DocumentedCall, type Parsed } from "./calls.ts";
import { componentsOf, type Json, jsonSchemaOf } from "./json-schema.ts";

/** The whole API as OpenAPI 3.1, made from the schemas that the handlers parse and those of their answers. */
export function openApi(): Json {
  const parsed = calls.flatMap(({ query, body }) => [query ?? [], body ?? []].flat());
  const all = commentsOf(parsed);
  const comments = new Map(parsed.map((one, index) => [one.schema, all[index] as Comments]));
  const byPath = Map.groupBy(calls, ({ path }) => path);
  const paths = [...byPath].map(([path, own]): [string, Json] => [
    path,
    Object.fromEntries(own.map((call) => [call.method.toLowerCase(), operationOf(call, comments)])),
  ]);
  return {
    openapi: "3.1.1",
    info: {
      title: packageJson.name,
      version: packageJson.version,
      description: "Made by npm run reference. docs/api.md says how calls are signed.",
      license: { name: packageJson.license, identifier: packageJson.license },
    },
    servers: [
      {
        url: "https://{id}.lambda-url.{region}.on.aws",
        description: "The function URL, which the deployment prints.",
        variables: { id: { default: "abcdefghijklmnop" }, region: { default: "us-east-1" } },
      },
    ],
    security: [{ signature: [] }],
    paths: Object.fromEntries(paths),
    components: {
      securitySchemes,
      responses: Object.fromEntries(Object.entries(commonAnswers).map(([name, answer]) => [name, responseOf(answer)])),
      schemas: componentsOf(calls.flatMap(({ answers }) => answers)),
    },
  };
}

/** As API Gateway writes it in its exports. */
const securitySchemes = {
  signature: {
    type: "apiKey",
    name: "Authorization",
    in: "header",
    description: "AWS Signature Version 4 for the service lambda.",
    "x-amazon-apigateway-authtype": "awsSigv4",
  },
};

type CommentsBySchema = ReadonlyMap<z.ZodObject, Comments>;

function operationOf(
  { name, summary, query, body, answers, deprecated }: DocumentedCall,
  comments: CommentsBySchema,
): Json {
  return {
    operationId: name,
    summary,
    ...(deprecated && { deprecated }),
    ...(query && { parameters: parametersOf(query, comments) }),
    ...(body && { requestBody: { required: true, content: bodyOf(body, comments) } }),
    responses: Object.fromEntries(answers.map((answer) => [answer.status, referTo(answer) ?? responseOf(answer)])),
  };
}

function parametersOf(query: Parsed, comments: CommentsBySchema): Json[] {
  return Object.entries(propertiesOf(query, comments)).map(([name, { description, ...schema }]) => ({
    name,
    in: "query",
    description,
    schema,
  }));
}

function bodyOf(body: Parsed, comments: CommentsBySchema): Json {
  const schema = { ...jsonSchemaOf(body.schema, "input"), properties: propertiesOf(body, comments) };
  return { "application/json": { schema } };
}

function referTo(answer: DocumentedAnswer): Json | undefined {
  const common = Object.entries(commonAnswers).find(([, one]) => one === answer);
  return common && { $ref: `#/components/responses/${common[0]}` };
}

function responseOf({ description, content }: DocumentedAnswer): Json {
  const types = Object.entries(content).map(([type, schema]) => [type, { schema: jsonSchemaOf(schema, "output") }]);
  return { description, content: Object.fromEntries(types) };
}

/** The fields of a query or body, each with its comment in the source as its description. */
function propertiesOf({ schema, file, name }: Parsed, comments: CommentsBySchema): Record<string, Json> {
  const properties = jsonSchemaOf(schema, "input").properties as Record<string, Json>;
  const described = Object.entries(properties).map(([field, property]) => {
    const description = comments.get(schema)?.get(field);
    if (!description) throw new Error(`${file}: the field ${field} of ${name} needs a comment that says what it does`);
    return [field, { ...property, description }];
  });
  return Object.fromEntries(described);
}
