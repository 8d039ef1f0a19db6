import { describe, expect, test } from "vitest";
import { judgeGrant, judgePlaces } from "../../../cli/doctor/places.ts";
import { apps, ireland, volumeKeyArn } from "../../placed.ts";

const answering = { place: "ireland", unknown: null, unrecorded: [] };

describe("places", () => {
  test.each([
    ["answers", [answering], ["✓ places-answer"]],
    ["does not answer", [{ ...answering, unknown: "AccessDenied", unrecorded: null }], ["✗ place-away"]],
    ["is not deployed", [], ["? place-not-deployed"]],
    ["has a look-alike", [{ ...answering, unrecorded: ["ami-1"] }], ["✗ place-unrecorded"]],
  ])("that %s", (_, states, expected) => {
    expect(judgePlaces([ireland], states).map(({ mark, finding }) => `${mark} ${finding}`)).toEqual(expected);
  });
});

describe("the grant of Auto Scaling's role in another account", () => {
  const role = "arn:aws:iam::210987654321:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling";
  const judged = (...operations: "CreateGrant"[]) =>
    judgeGrant(apps, { key: volumeKeyArn, role, grants: operations.map((one) => ({ Operations: [one] })) });

  test("is there, or the line has the command that gives it", () => {
    expect(judged("CreateGrant")).toMatchObject({ finding: "place-grant", mark: "✓", remedy: null });
    expect(judged()).toMatchObject({ finding: "place-grant-unseen", mark: "?" });
    expect(judged().remedy).toContain(
      `aws kms create-grant --region us-east-1 --key-id ${volumeKeyArn} --grantee-principal ${role}`,
    );
  });
});
