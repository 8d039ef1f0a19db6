import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { connect, createServer, type Socket } from "node:net";
import { Worker } from "node:worker_threads";

/** A host that accepts connections and then says no more than this, for ever. */
export interface Silence {
  url: string;
  /** Requests so far. */
  requests(): number;
  stop(): Promise<void>;
}

/** @param words what the host answers to each request before it falls silent */
export async function startSilence(words = ""): Promise<Silence> {
  const sockets = new Set<Socket>();
  let requests = 0;
  const server = createServer((socket) => {
    sockets.add(socket.on("error", () => undefined).on("close", () => sockets.delete(socket)));
    socket.once("data", () => {
      requests += 1;
      socket.write(words);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests: () => requests,
    stop() {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

/** Listens with room for two connections, and then sleeps, so that nobody accepts one. */
const sleeper = `
  const { createServer } = require("node:net");
  const server = createServer().listen({ port: 0, host: "127.0.0.1", backlog: 1 }, () => {
    require("node:worker_threads").parentPort.postMessage(server.address().port);
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  });
`;

/** A host to which no further connection can be made. */
export async function startDeafness(): Promise<Pick<Silence, "url" | "stop">> {
  const worker = new Worker(sleeper, { eval: true });
  const [port] = (await once(worker, "message")) as [number];
  const sockets = Array.from({ length: 8 }, () => connect(port, "127.0.0.1").on("error", () => undefined));
  await Promise.all(sockets.slice(0, 2).map((socket) => once(socket, "connect")));
  return {
    url: `http://127.0.0.1:${port}`,
    async stop() {
      for (const socket of sockets) socket.destroy();
      await worker.terminate();
    },
  };
}
