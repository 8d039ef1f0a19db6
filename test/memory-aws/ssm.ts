import type {
  GetParameterHistoryCommandInput,
  GetParametersByPathCommandInput,
  GetParametersCommandInput,
  PutParameterCommandInput,
} from "@aws-sdk/client-ssm";
import { type Account, pageOf, ServiceError } from "./account.ts";

/** Parameters in an answer, and names in a call, at most (AWS API reference). */
const longestPage = 10;
/** Versions in an answer, and versions that are kept of a parameter, at most (AWS API reference). */
const longestHistory = 50;
const versionsKept = 100;
/** Bytes in the value of a standard parameter (AWS API reference). */
const largestValue = 4096;

export const ssm = {
  GetParameters({ parameters }: Account, { Names = [] }: GetParametersCommandInput) {
    if (Names.length > longestPage) throw new ServiceError("ValidationException", "at most 10 names");
    return {
      Parameters: Names.flatMap((name) => parameters.get(name) ?? []),
      InvalidParameters: Names.filter((name) => !parameters.has(name)),
    };
  },
  GetParametersByPath({ parameters }: Account, input: GetParametersByPathCommandInput) {
    const { Path = "", MaxResults = longestPage, NextToken } = input;
    const below = [...parameters.values()].filter(({ Name = "" }) => Name.startsWith(`${Path}/`));
    const { page, next } = pageOf(below, MaxResults, NextToken);
    return { Parameters: page, NextToken: next };
  },
  GetParameterHistory({ parameters, earlier }: Account, input: GetParameterHistoryCommandInput) {
    const { Name = "", MaxResults = longestHistory, NextToken } = input;
    const current = parameters.get(Name);
    if (!current) throw new ServiceError("ParameterNotFound", "");
    if (MaxResults > longestHistory) throw new ServiceError("ValidationException", "at most 50 versions");
    const { page, next } = pageOf([...(earlier.get(Name) ?? []), current], MaxResults, NextToken);
    return { Parameters: page, NextToken: next };
  },
  PutParameter(
    { parameters, earlier, now }: Account,
    { Name = "", Value, Overwrite = false, DataType }: PutParameterCommandInput,
  ) {
    if (Buffer.byteLength(Value ?? "") > largestValue)
      throw new ServiceError("ValidationException", "the value is too large");
    if (Value?.includes("{{")) throw new ServiceError("ValidationException", "the value has a reference");
    const before = parameters.get(Name);
    if (before && !Overwrite) throw new ServiceError("ParameterAlreadyExists", "The parameter already exists.");
    if (before) earlier.set(Name, [...(earlier.get(Name) ?? []), before].slice(1 - versionsKept));
    const Version = (before?.Version ?? 0) + 1;
    parameters.set(Name, { Name, Value, Version, LastModifiedDate: new Date(now()), Type: "String", DataType });
    return { Version, Tier: "Standard" };
  },
};
