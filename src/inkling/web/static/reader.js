// Asks the server to read: at most every 500 ms while the pen is down and at once when it goes up, one request at a
// time, and an answer counts only if the drawing it is about still stands.

const EVERY_MS = 500;
const PATIENCE_MS = 1000; // a request older than this gives way to a newer drawing
const GIVE_UP_MS = 15000;
const KNOCK_MS = 1000;

class Away extends Error {}

export class Reader extends EventTarget {
  #compose;
  #flight = null;
  #again = false; // something changed since the request in flight was sent
  #timer = 0;
  #away = false;

  // compose() gives the body of the request, or null where there is nothing to read.
  constructor(compose) {
    super();
    this.#compose = compose;
    addEventListener("online", () => this.#away && this.#knock());
  }

  // The drawing grew: read it within EVERY_MS.
  soon() {
    this.#timer ||= setTimeout(() => this.#send(), EVERY_MS);
  }

  // The pen went up, or a person asked: read it now.
  now() {
    if (this.#flight && performance.now() - this.#flight.sent > PATIENCE_MS) this.#drop();
    this.#send();
  }

  // What was asked is of no interest any more: its answer must not appear.
  forget() {
    clearTimeout(this.#timer);
    this.#timer = 0;
    this.#again = false;
    this.#drop();
  }

  #drop() {
    this.#flight?.controller.abort();
    this.#flight = null;
  }

  async #send() {
    clearTimeout(this.#timer);
    this.#timer = 0;
    if (this.#away) return;
    if (this.#flight) {
      this.#again = true;
      return;
    }
    const body = this.#compose();
    if (!body) return;
    this.#again = false;
    const flight = (this.#flight = { controller: new AbortController(), sent: performance.now() });
    const patience = setTimeout(() => flight.controller.abort(), GIVE_UP_MS);
    try {
      const reading = await this.#ask(body, flight.controller.signal);
      if (flight === this.#flight) this.#tell("reading", reading);
    } catch (error) {
      if (flight !== this.#flight) return;
      if (error instanceof Away) this.#goAway(error.message);
      else this.#tell("problem", error);
    } finally {
      clearTimeout(patience);
      if (flight === this.#flight) {
        this.#flight = null;
        if (this.#again) this.#send();
      }
    }
  }

  async #ask(body, signal) {
    let response;
    let answer;
    try {
      response = await fetch("/api/v1/read", {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify(body),
        signal,
      });
      answer = await response.json();
    } catch {
      throw new Away("");
    }
    if (response.ok) return answer;
    if (response.status >= 502) throw new Away(answer.error?.message ?? "");
    throw answer.error ?? { code: "unknown", message: "The server gave no reason.", hint: "" };
  }

  #goAway(message) {
    this.#away = true;
    this.#tell("away", message);
    setTimeout(() => this.#knock(), KNOCK_MS);
  }

  async #knock() {
    if (!this.#away) return;
    try {
      const response = await fetch("/readyz", { signal: AbortSignal.timeout(GIVE_UP_MS) });
      if (!response.ok) throw new Away("");
    } catch {
      setTimeout(() => this.#knock(), KNOCK_MS);
      return;
    }
    if (!this.#away) return;
    this.#away = false;
    this.#tell("back");
    this.#send();
  }

  #tell(what, detail) { this.dispatchEvent(new CustomEvent(what, { detail })); }
}
