import { CreateKeyPairCommand, DescribeKeyPairsCommand } from "@aws-sdk/client-ec2";
import { afterAll, beforeAll, expect, test } from "vitest";
import { eventually } from "../eventually.ts";
import { type EmulatorWorkshop, openWorkshop } from "./emulator-workshop.ts";

let aws: EmulatorWorkshop;

beforeAll(async () => {
  aws = await openWorkshop();
});

afterAll(() => aws?.stop());

async function keyPairs(): Promise<(string | undefined)[]> {
  const { KeyPairs = [] } = await aws.ec2.send(new DescribeKeyPairsCommand());
  return KeyPairs.map(({ KeyName }) => KeyName);
}

test.each([
  { afterwards: false, held: false },
  { afterwards: true, held: true },
])("while a call is held (%j), its effect is there only if its answer alone is held", async ({ afterwards, held }) => {
  const KeyName = aws.fresh("held");
  const call = await aws.emulator.holdCall({ service: "ec2", operation: "CreateKeyPair", afterwards });

  const answered = aws.ec2.send(new CreateKeyPairCommand({ KeyName }));
  await eventually("the call has come", call.hasCome);
  const meanwhile = await keyPairs();
  await call.release();
  await answered;

  expect(meanwhile.includes(KeyName)).toBe(held);
  expect(await keyPairs()).toContain(KeyName);
});

test("a held call that is lost has no effect, and the same call after it has", async () => {
  const [KeyName, later] = [aws.fresh("lost"), aws.fresh("later")];
  const call = await aws.emulator.holdCall({ service: "ec2", operation: "CreateKeyPair" });
  const stopping = new AbortController();

  const answered = aws.ec2.send(new CreateKeyPairCommand({ KeyName }), { abortSignal: stopping.signal });
  answered.catch(() => undefined);
  await eventually("the call has come", call.hasCome);
  stopping.abort();
  await call.lose();
  await aws.ec2.send(new CreateKeyPairCommand({ KeyName: later }));

  expect(await keyPairs()).not.toContain(KeyName);
  expect(await keyPairs()).toContain(later);
});

test("a call that AWS has not answered when all connections break is repeated by the SDK", async () => {
  const call = await aws.emulator.holdCall({ service: "ec2", operation: "DescribeKeyPairs", afterwards: true });

  const described = aws.ec2.send(new DescribeKeyPairsCommand());
  await eventually("the call has come", call.hasCome);
  const broken = await aws.emulator.breakConnections();

  expect(broken).toBeGreaterThan(0);
  expect(await described).toMatchObject({ $metadata: { httpStatusCode: 200, attempts: 2 } });
  await call.release();
});
