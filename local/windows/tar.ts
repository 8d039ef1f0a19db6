import { gzipSync } from "node:zlib";

/** `content` is absent for a directory. Paths have slashes. */
export type TarEntry = { path: string; content?: Uint8Array };

const block = 512;

/** A gzipped tar archive (ustar) in which everything has the same date: the same entries give the same bytes. */
export function tarGz(entries: TarEntry[], level = 6): Buffer {
  return gzipSync(tar(entries), { level });
}

/** A tar archive (ustar). @throws Error if a path has more than 99 bytes */
export function tar(entries: TarEntry[]): Buffer {
  return Buffer.concat([...entries.flatMap(parts), Buffer.alloc(2 * block)]);
}

function parts({ path, content }: TarEntry): Uint8Array[] {
  const header = Buffer.alloc(block);
  const name = content || path.endsWith("/") ? path : `${path}/`;
  if (Buffer.byteLength(name) > 99) throw new Error(`too long for a tar archive: ${name}`);
  header.write(name, 0);
  header.write(content ? "0000644" : "0000755", 100);
  header.write("0000000", 108);
  header.write("0000000", 116);
  header.write((content?.length ?? 0).toString(8).padStart(11, "0"), 124);
  header.write("00000000000", 136);
  header.write(content ? "0" : "5", 156);
  header.write("ustar\u000000", 257);
  // The checksum counts its own field as spaces.
  header.fill(" ", 148, 156);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, "0")}\u0000 `, 148);
  if (!content) return [header];
  return [header, content, Buffer.alloc((block - (content.length % block)) % block)];
}
