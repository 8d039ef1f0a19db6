import { describe, expect, test } from "vitest";
import { identityOf, proofFromRecord, proofRecord } from "../../functions/domain/records.ts";
import { openWorkshop, type Workshop } from "./workshop.ts";

const image = "ami-0a1b2c3d4e5f60718";
const build = ["buildspec/build.sh"];
const failedChecks = `echo '{"result":"failed","checks":[{"name":"imds","passed":false}]}' >"$output_dir/proof.json"`;

/** The records that a build has written, in order: `made-abab…-cdcd…`. */
function recordsOf(workshop: Workshop): string[] {
  return workshop
    .awsCalls()
    .flatMap(
      (call) => /^s3api put-object .* --key records\/proofs\/ami-0a1b2c3d4e5f60718\/(\S+)$/.exec(call)?.[1] ?? [],
    );
}

describe("a build records", () => {
  test.each([
    ["passed", {}],
    ["failed", { proof: failedChecks }],
  ])(
    "that it made its image and that the proof %s, under the keys that the service reads",
    async (result, behaviour) => {
      const workshop = openWorkshop(behaviour);
      const identity = identityOf("windows-2022-core-1.35", { baseAmi: "ami-1" });

      await workshop.run(build, { IDENTITY: identity });

      const token = workshop.variables.TOKEN;
      expect(recordsOf(workshop).map(proofFromRecord)).toEqual([
        { result: "made", token, identity },
        { result, token, identity },
      ]);
      expect(recordsOf(workshop).map((name) => `proofs/${image}/${name}`)).toEqual([
        proofRecord("proofs", image, { result: "made", token, identity }),
        proofRecord("proofs", image, { result: result as "passed", token, identity }),
      ]);
    },
  );

  test("no result of a proof that has none", async () => {
    const workshop = openWorkshop({ proof: "echo '--> amazon-ebs.proof: connection reset'; exit 1" });

    await workshop.run(build);

    expect(recordsOf(workshop)).toEqual([expect.stringMatching(/^made-/)]);
  });

  test("no image of a build without one", async () => {
    const workshop = openWorkshop({ image: "echo '{}' >\"$manifest_path\"" });

    await workshop.run(build);

    expect(recordsOf(workshop)).toEqual([]);
  });

  test.each(["made", "passed"])("%s, or nothing that follows from it happens", async (result) => {
    const workshop = openWorkshop({
      aws: `case "$*" in *"/${result}-"*) echo 'An error occurred (SlowDown)' >&2; exit 254 ;; esac`,
    });

    const { code } = await workshop.run(build);

    expect(code).not.toBe(0);
    expect(workshop.outcome()).toMatchObject({ IMAGE_ID: image, PROOF: "", FAILURE_CLASS: "unproved" });
    expect(workshop.outcome().FAILURE_CAUSE).toContain("SlowDown");
    expect(workshop.called("aws-create-tags")?.join() ?? "").not.toContain("eks-windows-images:proof");
    expect(workshop.called("packer-build-proof") === undefined).toBe(result === "made");
  });
});

/** What the AWS CLI answers to a listing of a bucket with one key. */
function storing(key: string): string {
  return `[[ "$*" =~ --prefix\\ ([^ ]+) && "${key}" == "\${BASH_REMATCH[1]}"* ]] && echo "${key}" || echo None`;
}

describe("an image is proved later", () => {
  const prove = { PURPOSE: "prove", IMAGE_ID: image };

  test.each([
    ["a build's record", storing(`records/proofs/${image}/made-$TOKEN-$IDENTITY`)],
    ["an adoption", storing(`records/adoptions/${image}/made-none-$IDENTITY`)],
  ])("with %s", async (_, listed) => {
    const workshop = openWorkshop({ listed });

    const { code } = await workshop.run(build, prove);

    expect(code).toBe(0);
    expect(recordsOf(workshop)).toEqual([expect.stringMatching(/^passed-/)]);
  });

  test.each([
    ["it has no record", "echo None"],
    ["its record is of other inputs", `echo "records/proofs/${image}/made-$TOKEN-${"0".repeat(64)}"`],
    ["its only record says that it passed", storing(`records/proofs/${image}/passed-$TOKEN-$IDENTITY`)],
    ["only a warning names its record", `echo "records/proofs/${image}/made-$TOKEN-$IDENTITY" >&2; echo None`],
    ["its records cannot be listed", "echo 'An error occurred (AccessDenied)' >&2; exit 254"],
  ])("but not if %s", async (_, listed) => {
    const workshop = openWorkshop({ listed });

    const { code } = await workshop.run(build, prove);

    expect(code).not.toBe(0);
    expect(workshop.outcome()).toMatchObject({ IMAGE_ID: image, PROOF: "", FAILURE_CLASS: "unproved" });
    expect(workshop.called("packer-build-proof")).toBeUndefined();
    expect(recordsOf(workshop)).toEqual([]);
  });
});
