import { expect, test } from "vitest";
import { readEnvironment } from "../../../functions/config/environment.ts";

const variables = {
  STAGE: "test",
  RECIPE: "a".repeat(64),
  HARVEST_RECIPE: "b".repeat(64),
  PROJECT_NAME: "eks-windows-images-test",
  TOPIC_ARN: "arn:aws:sns:us-east-1:123456789012:test",
  QUEUE_URL: "https://sqs.us-east-1.amazonaws.com/123456789012/test",
  BUCKET: "test",
  CHANNELS_PREFIX: "/eks-windows-images/test/channels",
  REQUESTS_PREFIX: "/eks-windows-images/test/requests",
  FLEETS_PREFIX: "/eks-windows-images/test/fleets",
  INSTANCE_PROFILES: "guest,harvest",
};

test("a complete environment is accepted", () => {
  expect(readEnvironment(variables)).toEqual(variables);
});

test.each(Object.keys(variables))("a function without %s fails at its start and names the variable", (name) => {
  expect(() => readEnvironment({ ...variables, [name]: undefined })).toThrow(`${name} is missing`);
});

test("all missing variables are named at once", () => {
  expect(() => readEnvironment({ ...variables, RECIPE: "latest", BUCKET: undefined })).toThrow(
    /RECIPE: a SHA-256 in hex; BUCKET is missing/,
  );
});
