import type { ReadPage } from "../../cli/service/read-page.ts";
import { errorText } from "../rehearsal/error-text.ts";
import type { Say } from "../rehearsal/narrate.ts";
import type { Stack } from "../stack/stack.ts";
import { help, type Order } from "./orders.ts";
import { overviewOf } from "./overview.ts";
import type { World } from "./world.ts";

/** Follows orders. Those that change something are followed one after the other, and each failure is told. */
export interface Following {
  follow(order: Exclude<Order, { do: "quit" }>): Promise<void>;
  /** Lets time pass until the service looks for the first time. */
  begin(): Promise<void>;
  /** Deploys what differs, then lets time pass until the service may act on it. */
  deploy(): Promise<void>;
  /** Resolves once all orders so far have been followed. */
  followed(): Promise<void>;
}

/**
 * @param say hears the answer to a question
 * @param tell hears what happens, with the stack's time
 * @param signal once it aborts, no failure is told any more
 */
export function followOrders({
  stack,
  world,
  read,
  say,
  tell,
  signal,
}: {
  stack: Stack;
  world: World;
  read: ReadPage;
  say: Say;
  tell: Say;
  signal: AbortSignal;
}): Following {
  let turn: Promise<void> = Promise.resolve();

  function inTurn(work: () => Promise<void>): Promise<void> {
    turn = turn.then(() => reported(work));
    return turn;
  }

  async function reported(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (!signal.aborted) tell(`failed     ${errorText(error)}`);
    }
  }

  async function deploy(): Promise<void> {
    const { changes } = await stack.deploy();
    if (changes.length === 0) return tell("deployed   nothing: no resource differs");
    tell(`deployed   ${changes.map(({ how, name }) => `${name} ${how}`).join(", ")}`);
    await world.passTo("base-ami");
  }

  async function obey(order: Parameters<Following["follow"]>[0]): Promise<void> {
    switch (order.do) {
      case "tell-time":
        return say(`${stack.clock.now().toISOString()} on the stack's clock`);
      case "help":
        return say(help);
      case "status": {
        const { status, body } = await read("/", "application/json");
        for (const line of status === 200 ? overviewOf(JSON.parse(body)) : [body]) say(line);
        return;
      }
      case "wait":
        await world.quiet();
        return say("nothing is at work");
      case "advance":
        return world.pass(order.by);
      case "release":
        return world.release(order.what);
      case "spoil-next":
        await world.spoilNext();
        return tell("bad        the next image will not pass its proof");
      case "deploy":
        tell("deploying  config.ts, packer/ and buildspec/ as they are now");
        return deploy();
    }
  }

  return {
    follow: (order) => (looksOnly(order) ? reported(() => obey(order)) : inTurn(() => obey(order))),
    begin: () => inTurn(() => world.passTo("base-ami")),
    deploy: () => inTurn(deploy),
    followed: () => turn,
  };
}

function looksOnly(order: Order): boolean {
  return order.do === "tell-time" || order.do === "status" || order.do === "help";
}
