import { expect, test } from "vitest";
import { imageId } from "../../buildspec/image-id.mjs";

function manifest(last: string, ...builds: [run: string, artifact: string][]): string {
  return JSON.stringify({
    builds: builds.map(([packer_run_uuid, artifact_id]) => ({ name: "windows", packer_run_uuid, artifact_id })),
    last_run_uuid: last,
  });
}

test("the image is that of the last run", () => {
  const text = manifest(
    "run-2",
    ["run-1", "us-east-1:ami-0000000000000001"],
    ["run-2", "us-east-1:ami-0a1b2c3d4e5f60718"],
  );

  const image = imageId(text);

  expect(image).toBe("ami-0a1b2c3d4e5f60718");
});

test.each([
  ["the last run made none", manifest("run-2", ["run-1", "us-east-1:ami-0a1b2c3d4e5f60718"])],
  ["it was copied to a second Region", manifest("run-1", ["run-1", "us-east-1:ami-0a1b2c3d,eu-west-1:ami-0a1b2c3e"])],
  ["it is something else", manifest("run-1", ["run-1", "$(reboot)"])],
])("there is no image if %s", (_, text) => {
  expect(() => imageId(text)).toThrow("instead of one image");
});
