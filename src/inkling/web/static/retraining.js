// The panel of retraining: when it begins by itself, begin it now, watch it, and end it.

import { make } from "./elements.js";
import { ended, follow } from "./follow.js";
import { optionOf } from "./profile.js";
import { ask, wordsOf } from "./server.js";
import { count, lasting, share, when } from "./telling.js";
import { tell } from "./toast.js";

const $ = (id) => document.getElementById(id);
const LOOK_MS = 5000;
const PATIENCE_MS = 15_000; // a job that waits longer than this has no worker
const LOST_MS = 30_000; // and one that is not ended so long after it was cancelled, nobody at work: then it can be ended at once
const PHASES = { preparing: "Preparing", training: "Learning", exporting: "Writing it down", judging: "Measuring it against the one that reads" };

// Tells "ended" with the job when one came to its end, and again and again "reads" with the version that does.
export class Retraining extends EventTarget {
  #job = null;
  #stop = null;
  #since = 0; // when it was first seen here
  #cancelled = 0; // and when it was seen, or last asked, to be cancelled
  #pressed = false; // whether what happens next was asked for here
  #seen = {}; // of its progress, what is not told at every moment

  constructor() {
    super();
    $("retrain").addEventListener("click", () => this.#start());
    $("cancel").addEventListener("click", () => this.#cancel());
    $("automatic").addEventListener("change", () => this.#switch());
    setInterval(() => document.hidden || this.load(), LOOK_MS);
    document.addEventListener("visibilitychange", () => document.hidden || this.load());
  }

  async load() {
    try {
      this.#show(await ask("/retraining"));
    } catch (error) {
      if (!$("retraining").dataset.loaded) $("retraining-note").textContent = `Retraining cannot be shown. ${wordsOf(error)}`;
    }
  }

  #show(state) {
    const { available, why_not: why, automatic, after, new: fresh, parent, job } = state;
    $("retraining").dataset.loaded = "";
    $("missing").hidden = available;
    $("missing-why").replaceChildren(...withCode(why));
    $("automatic").checked = automatic && available;
    $("automatic").disabled = $("retrain").disabled = $("hand").disabled = !available;
    $("retraining-note").textContent = freshOf(state);
    $("rule").textContent = available ? rule(state) : "";
    $("toward").hidden = !available || !automatic || !after;
    $("toward").max = after || 1;
    $("toward").value = Math.min(fresh, after);
    $("toward").setAttribute("aria-label", `${fresh} of ${after} new corrections`);
    if (job && this.#job?.id !== job.id) this.#follow(job);
    if (!job && this.#running) this.#lookAfter(this.#job.id);
    this.#lay();
    if (this.#running) this.#draw(this.#job); // one that waits may have waited long by now
    this.dispatchEvent(new CustomEvent("reads", { detail: parent }));
  }

  #follow(job) {
    this.#stop?.();
    this.#seen = {};
    this.#since = performance.now();
    this.#cancelled = 0;
    $("last").textContent = "";
    this.#tick(job);
    if (ended(job)) return;
    this.#stop = follow(job.id, (now) => this.#tick(now));
  }

  get #running() { return Boolean(this.#job) && !ended(this.#job); }

  // The server has none that runs: what became of this one?
  async #lookAfter(id) {
    try {
      this.#tick(await ask(`/jobs/${id}`));
    } catch {
      this.#stop?.();
      this.#job = null;
      this.#lay();
    }
  }

  #tick(job) {
    const before = this.#job;
    if (before?.id === job.id && ended(before)) return; // told before
    this.#job = job;
    if (ended(job)) {
      this.#stop?.();
      this.#lay();
      this.#say(job);
      this.dispatchEvent(new CustomEvent("ended", { detail: job }));
      this.load();
      return;
    }
    this.#lay();
    this.#draw(job);
    const phase = phaseOf(job);
    if (!before || phaseOf(before) !== phase) $("phase").textContent = phase; // a screen reader hears it once
  }

  #lay() {
    const running = this.#running;
    const changed = $("running").hidden === running;
    $("running").hidden = !running;
    $("resting").hidden = running;
    if (!changed || !this.#pressed) return;
    this.#pressed = $("retrain").disabled = false;
    (running ? $("phase") : $("retrain")).focus(); // what was pressed is gone
  }

  #draw({ progress, cancelling, state }) {
    const now = progress ?? {};
    const { step, steps, loss, accuracy } = (this.#seen = { ...this.#seen, ...now });
    const [bar, left] = [$("bar"), now.left_s];
    if (typeof now.done === "number") [bar.max, bar.value] = [1, now.done];
    else if (now.steps) [bar.max, bar.value] = [now.steps, now.step ?? 0];
    else bar.removeAttribute("value");
    $("step").textContent = steps ? `${(step ?? 0).toLocaleString("en")} of ${steps.toLocaleString("en")}` : "–";
    $("loss").textContent = typeof loss === "number" ? loss.toFixed(3) : "–";
    $("accuracy").textContent = share(accuracy);
    $("left").textContent = typeof left === "number" ? lasting(left) : "–";
    if (cancelling) this.#cancelled ||= performance.now();
    const lost = cancelling && performance.now() - this.#cancelled > LOST_MS;
    $("cancel").disabled = cancelling && !lost;
    $("cancel").textContent = lost ? "End it" : cancelling ? "Cancelling …" : "Cancel";
    $("stuck").hidden = state !== "queued" || performance.now() - this.#since < PATIENCE_MS;
  }

  // How it ended, as news; an earlier end is only told where there are no news, and why only where it stands nowhere else.
  #say(job, earlier = false) {
    const place = $("last");
    const told = earlier && job.state !== "failed" ? endOf(job) : [endOf(job), detailOf(job)].join(" ").trim();
    place.replaceChildren(...withCode(earlier ? `${when(job.finished_at)}: ${told}` : told));
    place.dataset.state = earlier && job.state !== "failed" ? "earlier" : job.outcome?.promoted ? "good" : job.state;
  }

  // How the last one ended that did.
  async recall() {
    try {
      const { jobs } = await ask("/jobs?limit=2");
      const last = jobs.find(ended);
      if (last && !$("last").textContent) this.#say(last, true);
    } catch { /* then nothing is told */ }
  }

  async #start() {
    const profile = $("hand").value;
    $("retrain").disabled = this.#pressed = true;
    $("last").textContent = "";
    try {
      this.#follow(await ask("/retrainings", { method: "POST", body: profile ? { profile } : {} }));
    } catch (error) {
      $("retrain").disabled = this.#pressed = false;
      $("last").textContent = wordsOf(error);
      $("last").dataset.state = "failed";
      if (error.code === "job_running") this.load();
    }
  }

  async #cancel() {
    this.#pressed = true;
    this.#cancelled = 0;
    try {
      this.#tick(await ask(`/jobs/${this.#job.id}`, { method: "DELETE" }));
    } catch (error) {
      tell(`Not cancelled. ${wordsOf(error)}`, { problem: true });
    }
  }

  async #switch() {
    const automatic = $("automatic").checked;
    try {
      this.#show(await ask("/retraining", { method: "PATCH", body: { automatic } }));
    } catch (error) {
      $("automatic").checked = !automatic;
      tell(`Not changed. ${wordsOf(error)}`, { problem: true });
    }
  }

  // Whose corrections it can learn from.
  async offerHands() {
    try {
      const { profiles } = await ask("/profiles");
      const taught = profiles.filter(({ corrections }) => corrections);
      $("hand").replaceChildren($("hand").options[0], ...taught.map(({ name }) => optionOf(name)));
    } catch { /* then it learns from all */ }
  }
}

// What is to be typed stands as code.
function withCode(words) {
  const [, said, command] = words.match(/^(.*) Run: (.+?)\.?$/) ?? [null, words];
  return command ? [`${said} Run: `, make("code", { text: command })] : [said];
}

// What was taught since, and what no retraining that was finished had.
function freshOf({ new: fresh, unlearned, last }) {
  const how = { cancelled: ", which was cancelled", failed: ", which failed" }[last] ?? "";
  const since = last ? ` since the last retraining${how}` : "";
  const waiting = unlearned > fresh ? ` In all, ${unlearned.toLocaleString("en")} wait for the next one.` : "";
  return `${count(fresh, "new correction")}${since}.${waiting}`;
}

function endOf({ state, outcome, version }) {
  if (state === "failed") return "The retraining failed.";
  if (state === "cancelled") return "The retraining was cancelled. Nothing changed.";
  return outcome?.passed ? `Version ${version} passed the gate.` : `Version ${version} was refused by the gate, so nothing changed.`;
}

function detailOf({ state, outcome, error }) {
  if (state === "failed") return wordsOf(error ?? {});
  if (outcome?.passed) return outcome.promoted ? "It reads now." : `It does not read. ${outcome.note ?? ""}`;
  return outcome?.reasons?.join(" ") ?? "";
}

const phaseOf = ({ state, progress, cancelling }) => {
  if (cancelling) return "Ending it";
  if (state === "queued") return "Waiting for a worker";
  return PHASES[progress?.phase] ?? "Beginning";
};

// When it retrains by itself, as a sentence.
function rule({ automatic, after, at, warning }) {
  if (!automatic) return "It retrains only when asked.";
  if (warning) return "It retrains only when asked, since the settings name the bundle that reads.";
  const occasions = [after && `after ${count(after, "new correction")}`, at && `at ${at} if there is a new one`].filter(Boolean);
  return occasions.length ? `By itself ${occasions.join(", or ")}.` : "No number and no hour is set, so it retrains only when asked.";
}
