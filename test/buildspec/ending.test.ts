import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { openWorkshop } from "./workshop.ts";

const image = "ami-0a1b2c3d4e5f60718";
const build = ["buildspec/build.sh"];

/** A stand-in for Packer that waits until it is asked to end. */
const waitingPacker = `
trap 'echo "Cancelling build after receiving terminated"; touch "$FAKE/cleaned"; exit 1' TERM
touch "$FAKE/waiting"
echo "==> amazon-ebs.windows: Waiting for the instance to stop..."
while [ -d "$FAKE" ]; do sleep 0.02; done
`;

/**
 * A stand-in for Packer whose provisioner has timed out: it logs this and goes on waiting. On a second TERM it would
 * exit with 0.
 */
const latePacker = (exitCode: number) => `
trap 'echo term >>"$FAKE/terms"; [ "$(wc -l <"$FAKE/terms")" = 1 ] || exit 0; sleep 0.3; exit ${exitCode}' TERM
touch "$FAKE/waiting"
echo "==> amazon-ebs.layer: Provisioning with powershell script: packer/scripts/20-windows-updates.ps1"
printf '==> amazon-ebs.layer: Cancelling provisioner '; sleep 0.05; echo 'after a timeout...'
while [ -d "$FAKE" ]; do sleep 0.02; done
`;

describe("a build that must end", () => {
  test.each([1, 0])(
    "ends Packer once if a step exceeds its time limit, and fails even if Packer exits with %i",
    async (exitCode) => {
      const workshop = openWorkshop({ image: latePacker(exitCode) });

      const { code } = await workshop.run(build);

      expect(code).not.toBe(0);
      expect(readFileSync(join(workshop.variables.FAKE as string, "terms"), "utf8")).toBe("term\n");
      expect(workshop.outcome()).toMatchObject({
        IMAGE_ID: "",
        FAILURE_CLASS: "updates",
        FAILURE_CAUSE: "20-windows-updates: not finished within its time limit",
      });
    },
  );

  test("fails if a step exceeds its time limit and Packer ends by itself within the grace period", async () => {
    const workshop = openWorkshop({
      image: "echo '==> amazon-ebs.layer: Cancelling provisioner after a timeout...'; echo '{}' >\"$manifest_path\"",
    });

    const { code } = await workshop.run(build, { TIMEOUT_GRACE_SECONDS: "60" });

    expect(code).not.toBe(0);
    expect(workshop.outcome()).toMatchObject({ FAILURE_CLASS: "provision" });
  });

  test("leaves the image unproved if the proof's checks exceed their time limit", async () => {
    const workshop = openWorkshop({ proof: latePacker(0).replace("20-windows-updates", "10-checks") });

    const { code } = await workshop.run(build);

    expect(code).not.toBe(0);
    expect(workshop.outcome()).toMatchObject({ IMAGE_ID: image, PROOF: "", FAILURE_CLASS: "unproved" });
    expect(workshop.awsCalls().join()).not.toContain("eks-windows-images:proof");
  });

  test("sends Packer one TERM although guest and timeout both ask it to end", async () => {
    const workshop = openWorkshop({
      image: latePacker(0),
      aws: `case "$2" in
        describe-instances) echo i-0123456789abcdef0 ;;
        get-console-output) [ ! -f "$FAKE/waiting" ] || echo 'EKSWIN-FAILED sysprep 90-sysprep: late' ;;
      esac`,
    });

    const { code } = await workshop.run(build);

    expect(code).not.toBe(0);
    expect(readFileSync(join(workshop.variables.FAKE as string, "terms"), "utf8")).toBe("term\n");
  });

  test("ends Packer if the guest reports on the serial console that sysprep failed", async () => {
    const workshop = openWorkshop({
      image: waitingPacker,
      aws: `case "$2" in
        describe-instances) echo i-0123456789abcdef0 ;;
        get-console-output) [ ! -f "$FAKE/waiting" ] || printf 'Windows is ready\\r\\nEKSWIN-FAILED sysprep 90-sysprep: ImageState is IMAGE_STATE_COMPLETE\\r\\n' ;;
      esac`,
    });

    const { output } = await workshop.run(build);

    expect(workshop.called("aws-describe-instances")).toContain(
      `Name=tag:eks-windows-images:token,Values=${workshop.variables.TOKEN}`,
    );
    expect(existsSync(join(workshop.variables.FAKE as string, "cleaned"))).toBe(true);
    expect(output).toContain("EKSWIN-FAILED sysprep 90-sysprep");
    expect(workshop.outcome()).toMatchObject({
      FAILURE_CLASS: "sysprep",
      FAILURE_CAUSE: "90-sysprep: ImageState is IMAGE_STATE_COMPLETE",
    });
  });

  test("says so if somebody has killed Packer", async () => {
    const workshop = openWorkshop({
      image: 'echo "==> amazon-ebs.layer: Provisioning with Powershell..."; kill -KILL $$',
    });

    const { code } = await workshop.run(build);

    expect(code).not.toBe(0);
    expect(workshop.outcome()).toMatchObject({
      FAILURE_CLASS: "unknown",
      FAILURE_CAUSE: "Packer was killed by SIGKILL",
    });
  });

  test("goes on if the serial console cannot be read", async () => {
    const workshop = openWorkshop({
      image: `until [ -f "$FAKE/refused" ]; do sleep 0.02; done
        . "$FAKE/manifest"; . "$FAKE/report"`,
      aws: `if [ "$2" = describe-instances ]; then touch "$FAKE/refused"; echo UnauthorizedOperation >&2; exit 254; fi`,
    });

    const { code } = await workshop.run(build);

    expect(code).toBe(0);
  });

  test.skipIf(!existsSync("/dev/full"))("lets Packer clean up if the disk takes no byte of its log", async () => {
    const workshop = openWorkshop({
      image:
        'for line in $(seq 20); do echo "==> amazon-ebs.layer: line $line"; sleep 0.05; done; touch "$FAKE/cleaned"',
    });

    const { code, output } = await workshop.run([
      "-c",
      'node buildspec/run-packer.mjs /dev/full "$(type -P packer)" build packer/',
    ]);

    expect(existsSync(join(workshop.variables.FAKE as string, "cleaned"))).toBe(true);
    expect(code).toBe(0);
    expect(output).toContain("line 20\n");
    expect(output).toContain("/dev/full is not complete: ENOSPC");
  });
});
