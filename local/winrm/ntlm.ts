import { createHmac, timingSafeEqual } from "node:crypto";
import { createMD4 } from "hash-wasm";

/**
 * The server side of NTLMv2 (MS-NLMP): Packer's client sends NEGOTIATE, receives a CHALLENGE and answers with
 * AUTHENTICATE, which proves that the client knows the password without containing it.
 */
export type Authenticate = { user: string; domain: string; proof: Buffer; blob: Buffer };

/** The hash of every NT password. OpenSSL 3 has it only in the legacy provider, which Node does not load. */
const md4 = await createMD4();

const signature = Buffer.from("NTLMSSP\0", "latin1");
/**
 * Unicode, target info, extended session security, 128 and 56 bit, version. Not KEY_EXCH: Packer's client rejects a
 * challenge that has it.
 */
const challengeFlags = 0xa28a8205;
const avComputerName = 1;
const avDomainName = 2;
const avDnsComputerName = 3;
const avDnsDomainName = 4;
const avTimestamp = 7;
const avEnd = 0;
/** The time from 1601, the epoch of Windows, to 1970, in units of 100 ns. */
const windowsEpoch = 116444736000000000n;

export function messageType(message: Buffer): number {
  if (message.length < 12 || !message.subarray(0, 8).equals(signature))
    throw new Error("reading an NTLM message: no NTLMSSP signature");
  return message.readUInt32LE(8);
}

export function challengeMessage(challenge: Buffer, computer: string, now: Date): Buffer {
  const name = Buffer.from(computer, "utf16le");
  const time = Buffer.alloc(8);
  time.writeBigUInt64LE(BigInt(now.getTime()) * 10000n + windowsEpoch);
  const targetInfo = Buffer.concat([
    avPair(avDomainName, name),
    avPair(avComputerName, name),
    avPair(avDnsDomainName, name),
    avPair(avDnsComputerName, name),
    avPair(avTimestamp, time),
    avPair(avEnd, Buffer.alloc(0)),
  ]);
  const header = Buffer.alloc(56);
  signature.copy(header);
  header.writeUInt32LE(2, 8);
  writeField(header, 12, name.length, header.length);
  header.writeUInt32LE(challengeFlags, 20);
  challenge.copy(header, 24);
  writeField(header, 40, targetInfo.length, header.length + name.length);
  // Version 10.0, build 20348 (Windows Server 2022), NTLM revision 15.
  Buffer.from([10, 0, 0x7c, 0x4f, 0, 0, 0, 15]).copy(header, 48);
  return Buffer.concat([header, name, targetInfo]);
}

export function readAuthenticate(message: Buffer): Authenticate {
  if (messageType(message) !== 3) throw new Error("reading an NTLM message: not an AUTHENTICATE message");
  const response = readField(message, 20);
  if (response.length < 16 + 28) throw new Error("reading an NTLM message: not an NTLMv2 response");
  return {
    user: readField(message, 36).toString("utf16le"),
    domain: readField(message, 28).toString("utf16le"),
    proof: response.subarray(0, 16),
    blob: response.subarray(16),
  };
}

export function provesPassword(answer: Authenticate, challenge: Buffer, password: string): boolean {
  const ntHash = md4.init().update(Buffer.from(password, "utf16le")).digest("binary");
  const key = hmacMd5(ntHash, Buffer.from(answer.user.toUpperCase() + answer.domain, "utf16le"));
  return timingSafeEqual(hmacMd5(key, Buffer.concat([challenge, answer.blob])), answer.proof);
}

function hmacMd5(key: Uint8Array, data: Buffer): Buffer {
  return createHmac("md5", key).update(data).digest();
}

function avPair(id: number, value: Buffer): Buffer {
  const head = Buffer.alloc(4);
  head.writeUInt16LE(id, 0);
  head.writeUInt16LE(value.length, 2);
  return Buffer.concat([head, value]);
}

function writeField(header: Buffer, at: number, length: number, offset: number): void {
  header.writeUInt16LE(length, at);
  header.writeUInt16LE(length, at + 2);
  header.writeUInt32LE(offset, at + 4);
}

function readField(message: Buffer, at: number): Buffer {
  const length = message.readUInt16LE(at);
  const offset = message.readUInt32LE(at + 4);
  if (offset + length > message.length) throw new Error("reading an NTLM message: a field ends beyond the message");
  return message.subarray(offset, offset + length);
}
