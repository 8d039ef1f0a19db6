import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { S3Client } from "@aws-sdk/client-s3";
import { expect, onTestFinished, test } from "vitest";
import { s3Store } from "../../local/windows/s3-store.ts";

/** An endpoint of S3 that keeps objects by path. */
async function endpoint(): Promise<string> {
  const objects = new Map<string, Buffer>();
  const server = createServer(async (request, response) => {
    const path = new URL(request.url ?? "", "http://s3").pathname;
    if (request.method === "PUT") objects.set(path, await buffer(request));
    const content = objects.get(path);
    response.statusCode = content ? 200 : 404;
    response.end(
      content ?? "<Error><Code>NoSuchKey</Code><Message>The specified key does not exist.</Message></Error>",
    );
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function clientOf(url: string): S3Client {
  const client = new S3Client({
    endpoint: url,
    region: "eu-central-1",
    forcePathStyle: true,
    maxAttempts: 1,
    requestChecksumCalculation: "WHEN_REQUIRED",
    credentials: { accessKeyId: "a", secretAccessKey: "b" },
  });
  onTestFinished(() => client.destroy());
  return client;
}

test("an object goes to the endpoint and comes back, and the endpoint's refusal keeps its code and words", async () => {
  const client = clientOf(await endpoint());
  const store = s3Store(async () => client);

  await store.put("bucket", "files/a", Buffer.from("content"));

  expect((await store.get("bucket", "files/a")).toString()).toBe("content");
  await expect(store.get("bucket", "b")).rejects.toMatchObject({
    code: "NoSuchKey",
    message: "The specified key does not exist.",
  });
});

test("an instance without a profile has no credentials", async () => {
  await expect(s3Store(async () => undefined).get("bucket", "a")).rejects.toMatchObject({ code: "NoCredentials" });
});

test("an endpoint that does not answer is none", async () => {
  const client = clientOf("http://127.0.0.1:1");

  await expect(s3Store(async () => client).get("bucket", "a")).rejects.toMatchObject({ code: "EndpointConnection" });
});
