import { type Models, Serialize, Spec, Validation } from "@cyclonedx/cyclonedx-library";
import { CliError } from "../cli-error.ts";

/** The newest that most readers know. */
const { Spec1dot6: spec } = Spec;

/**
 * A bill of materials as JSON of CycloneDX 1.6.
 * @throws CliError if it does not fit the schema, since a report can say anything
 */
export async function documentOf(bom: Models.Bom, image: string): Promise<unknown> {
  const serializer = new Serialize.JsonSerializer(new Serialize.JSON.Normalize.Factory(spec));
  const text = serializer.serialize(bom, { sortLists: true });
  const trouble = await new Validation.JsonStrictValidator(spec.version).validate(text);
  if (trouble !== null)
    throw new CliError(`the report of ${image} makes no valid bill of materials: ${JSON.stringify(trouble)}`, [
      "the report itself is the report of GET /report",
    ]);
  return JSON.parse(text);
}
