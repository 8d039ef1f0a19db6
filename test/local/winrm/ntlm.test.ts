import { md4 } from "hash-wasm";
import { expect, test } from "vitest";
import { challengeMessage, messageType, provesPassword, readAuthenticate } from "../../../local/winrm/ntlm.ts";

// Test vectors: RFC 1320, appendix A.5; MS-NLMP, section 4.2.4 (NTLMv2 authentication).
test.each([
  ["", "31d6cfe0d16ae931b73c59d7e0c089c0"],
  ["abc", "a448017aaf21d8525fc10ae87aa6729d"],
  ["message digest", "d9130a8164549fe818874806e1c7014b"],
  ["1234567890".repeat(8), "e33b4ddc9c38f2199c3e7b164fcc0536"],
])("MD4 of %j is the digest in the RFC", async (text, digest) => {
  expect(await md4(text)).toBe(digest);
});

const challenge = Buffer.from("0123456789abcdef", "hex");
const proof = "68cd0ab851e51c96aabc927bebef6a1c";
const blob = [
  "0101000000000000",
  "0000000000000000",
  "aaaaaaaaaaaaaaaa",
  "00000000",
  "02000c0044006f006d00610069006e00",
  "01000c00530065007200760065007200",
  "00000000",
  "00000000",
].join("");

function authenticateMessage(response: string): Buffer {
  const parts = [
    Buffer.alloc(0),
    Buffer.from(response, "hex"),
    Buffer.from("Domain", "utf16le"),
    Buffer.from("User", "utf16le"),
  ];
  const header = Buffer.alloc(64);
  header.write("NTLMSSP\0", "latin1");
  header.writeUInt32LE(3, 8);
  let offset = header.length;
  for (const [index, part] of parts.entries()) {
    header.writeUInt16LE(part.length, 12 + index * 8);
    header.writeUInt16LE(part.length, 14 + index * 8);
    header.writeUInt32LE(offset, 16 + index * 8);
    offset += part.length;
  }
  return Buffer.concat([header, ...parts]);
}

test("the right password is accepted", () => {
  const answer = readAuthenticate(authenticateMessage(proof + blob));

  expect(answer).toMatchObject({ user: "User", domain: "Domain" });
  expect(provesPassword(answer, challenge, "Password")).toBe(true);
});

test("a wrong password, another challenge and a changed answer are rejected", () => {
  const answer = readAuthenticate(authenticateMessage(proof + blob));
  const changed = readAuthenticate(authenticateMessage(proof + blob.replace("aaaa", "aaab")));

  expect(provesPassword(answer, challenge, "password")).toBe(false);
  expect(provesPassword(answer, Buffer.alloc(8), "Password")).toBe(false);
  expect(provesPassword(changed, challenge, "Password")).toBe(false);
});

test("an NTLMv1 answer, a field beyond the message and another protocol are errors", () => {
  const broken = authenticateMessage(proof + blob);
  broken.writeUInt32LE(60_000, 24);

  expect(() => readAuthenticate(authenticateMessage("00".repeat(24)))).toThrow("not an NTLMv2 response");
  expect(() => readAuthenticate(broken)).toThrow("ends beyond the message");
  expect(() => messageType(Buffer.from("YIIxyz0123456789"))).toThrow("no NTLMSSP signature");
});

test("the challenge contains what Packer's client needs", () => {
  const message = challengeMessage(challenge, "MACHINE", new Date("2026-11-10T19:00:00Z"));

  const targetInfo = message.subarray(message.readUInt32LE(44), message.readUInt32LE(44) + message.readUInt16LE(40));
  expect(messageType(message)).toBe(2);
  expect(message.subarray(24, 32)).toEqual(challenge);
  expect(message.readUInt32LE(20) & 0x40000000).toBe(0);
  expect(targetInfo.subarray(-4)).toEqual(Buffer.alloc(4));
  expect(targetInfo.toString("utf16le")).toContain("MACHINE");
});
