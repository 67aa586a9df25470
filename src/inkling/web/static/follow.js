// Follows a job to its end: by its stream of events, or where no stream can be had by asking every second.

import { ask, Away } from "./server.js";

const EVERY_MS = 1000;
const OPEN_MS = 1000; // a server that was just left by this page's stream needs a moment to make room for another
const ENDED = new Set(["done", "failed", "cancelled"]);

export const ended = ({ state }) => ENDED.has(state);

// tell(job) is called whenever the job changed, the last time with one that ended. Gives what stops following.
export function follow(id, tell) {
  let timer = 0;
  let over = false;
  let source = null;
  const stop = () => {
    over = true;
    clearTimeout(timer);
    source?.close();
  };
  const told = (job) => {
    if (over) return;
    if (ended(job)) stop();
    tell(job);
  };
  const look = async () => {
    try {
      told(await ask(`/jobs/${id}`));
    } catch (error) {
      if (!(error instanceof Away)) stop(); // there is no such job any more
    }
    if (!over) timer = setTimeout(look, EVERY_MS);
  };
  timer = setTimeout(() => {
    source = new EventSource(`/api/v1/jobs/${id}/events`);
    for (const event of ["progress", "end"]) source.addEventListener(event, ({ data }) => told(JSON.parse(data)));
    source.addEventListener("error", () => {
      if (!over && source.readyState === EventSource.CLOSED) look(); // else it connects again by itself
    });
  }, OPEN_MS);
  return stop;
}
