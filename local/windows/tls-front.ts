import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { request } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A proxy (HTTPS_PROXY) through which a server on this machine, without TLS, answers for hosts with TLS. */
export type TlsFront = {
  /** http://127.0.0.1:PORT, for HTTPS_PROXY. */
  proxy: string;
  /** The certificate of the hosts, self-signed, in DER. A machine must trust it. */
  certificate: Buffer;
  close: () => Promise<void>;
};

/**
 * Starts a proxy. It refuses hosts that it does not know. Needs `openssl`, for the certificate.
 * @param hosts what answers for a host: `{ "123456789012.dkr.ecr.us-east-1.amazonaws.com": "http://127.0.0.1:5000" }`
 */
export async function startTlsFront(hosts: Record<string, string>): Promise<TlsFront> {
  const { key, certificate } = selfSigned(Object.keys(hosts));
  const pem = `-----BEGIN CERTIFICATE-----\n${certificate.toString("base64")}\n-----END CERTIFICATE-----\n`;

  const behind = createHttpsServer({ key, cert: pem }, (incoming, response) => {
    const target = hosts[incoming.headers.host ?? ""];
    const { method, headers, url } = incoming;
    const forwarded = request(`${target}${url}`, { method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    forwarded.on("error", () => response.destroy());
    incoming.pipe(forwarded);
  });

  const sockets = new Set<Socket>();
  const proxy = createServer((socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    socket.on("error", () => socket.destroy());
    socket.once("data", (head) => {
      const [, host = ""] = /^CONNECT (\S+):443 /.exec(head.toString("latin1")) ?? [];
      if (!hosts[host]) return socket.end("HTTP/1.1 502 Bad Gateway\r\n\r\n");
      socket.write("HTTP/1.1 200 Connection Established\r\n\r\n");
      return behind.emit("connection", socket);
    });
  });

  await new Promise<void>((listening) => proxy.listen(0, "127.0.0.1", listening));
  return {
    proxy: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
    certificate,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((closed) => proxy.close(closed));
    },
  };
}

/** Node.js makes no certificates. */
function selfSigned(hosts: string[]): { key: string; certificate: Buffer } {
  const directory = mkdtempSync(join(tmpdir(), "tls-front-"));
  const [key, certificate] = [join(directory, "key.pem"), join(directory, "certificate.der")];
  const names = hosts.map((host) => `DNS:${host}`).join(",");
  const subject = ["-subj", "/CN=tls-front", "-addext", `subjectAltName=${names}`];
  const form = ["-x509", "-newkey", "rsa:2048", "-nodes", "-days", "36500", "-outform", "der"];
  try {
    execFileSync("openssl", ["req", ...form, ...subject, "-keyout", key, "-out", certificate], { stdio: "pipe" });
    return { key: readFileSync(key, "utf8"), certificate: readFileSync(certificate) };
  } finally {
    rmSync(directory, { recursive: true });
  }
}
