// Sockets that can be broken as a network breaks them, and connections that may be held back.
import WebSocket from "ws";

/** A WebSocket class whose sockets are known, to be cut. */
export function breakable() {
  const open = new Set();
  let allowed = Promise.resolve();

  class Breakable extends WebSocket {
    constructor(...given) {
      super(...given);
      open.add(this);
      this.on("close", () => open.delete(this));
    }
  }
  return {
    Socket: Breakable,
    /** Resolves when connections are possible again. */
    allowed: () => allowed,
    /** Break them all, without a closing frame, and allow none until the function that this gives is called. */
    cut() {
      let allow;
      allowed = new Promise((resolve) => (allow = resolve));
      for (const socket of open) socket.terminate();
      return allow;
    },
    open,
  };
}

/** A `fetch` that loses the answer of the next request whose body holds a text: the server has it, we know nothing. */
export function losing() {
  const state = { marked: null, lost: 0, sent: 0, got: 0 };
  state.fetch = async (address, given) => {
    state.sent += 1;
    if (given?.method === "GET") state.got += 1;
    const answer = await fetch(address, given);
    if (state.marked && given?.body?.includes(state.marked)) {
      await answer.text();
      state.marked = null;
      state.lost += 1;
      throw new TypeError("fetch failed");
    }
    return answer;
  };
  return state;
}
