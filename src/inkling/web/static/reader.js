// Asks the server to read: at most every 500 ms while the pen is down and at once when it goes up, one request at a
// time, and an answer counts only if the drawing it is about still stands.

import { Away, read, untilReady } from "./server.js";

const EVERY_MS = 500;
const PATIENCE_MS = 1000; // a request older than this is late, and gives way to a newer drawing
const GIVE_UP_MS = 15000;

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
    const late = setTimeout(() => flight === this.#flight && this.#tell("late"), PATIENCE_MS);
    try {
      const reading = await read(body, flight.controller.signal);
      if (flight === this.#flight) this.#tell("reading", reading);
    } catch (error) {
      if (flight !== this.#flight) return;
      if (error instanceof Away) this.#goAway(error);
      else this.#tell("problem", error);
    } finally {
      for (const timer of [patience, late]) clearTimeout(timer);
      if (flight === this.#flight) {
        this.#flight = null;
        if (this.#again) this.#send();
      }
    }
  }

  async #goAway(away) {
    this.#away = true;
    this.#tell("away", away.message);
    await untilReady(away);
    this.#away = false;
    this.#tell("back");
    this.#send();
  }

  #tell(what, detail) { this.dispatchEvent(new CustomEvent(what, { detail })); }
}
