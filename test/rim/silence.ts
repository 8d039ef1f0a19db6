import type { AddressInfo } from "node:net";
import { createServer, type Socket } from "node:net";

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
