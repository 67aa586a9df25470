// The Models page: which version reads, where it comes from, what each can do, and retraining.

import { detail } from "./detail.js";
import { make } from "./elements.js";
import { alone, once, spare } from "./presses.js";
import { Retraining } from "./retraining.js";
import { ask, wordsOf } from "./server.js";
import { count } from "./telling.js";
import { tell } from "./toast.js";
import { Versions } from "./versions.js";

const $ = (id) => document.getElementById(id);
const versions = new Versions($("versions"), $("more"), $("measured-on"));
const retraining = new Retraining();
let known = { models: [], current: null, rollback: null, pinned: false };
let open = new URLSearchParams(location.search).get("version");
let turn = 0; // a list that comes late never overwrites a newer one
let look = 0; // nor does what one version is
let looking = null; // a promise that it is shown
let shown = ""; // what stands in the detail: it is drawn again only where that changed

async function load() {
  const now = (turn += 1);
  try {
    const found = await ask("/models");
    if (now !== turn) return;
    known = found;
    $("message").textContent = "";
    show();
    await showDetail();
  } catch (error) {
    if (now === turn) $("message").textContent = `The versions cannot be shown. ${wordsOf(error)}`;
  }
  $("page").dataset.loaded = turn;
}

function show() {
  const { models, current, rollback, pinned } = known;
  if (!models.some(({ version }) => version === open)) open = null;
  open ??= (models.find(({ decision }) => decision) ?? models.find((one) => one.current) ?? models[0])?.version ?? null;
  $("count").replaceChildren(...(models.length ? [`${count(models.length, "version")}. `, make("b", { testid: "current", text: current }), " reads."] : []));
  $("pinned").hidden = !pinned;
  $("roll-back").disabled = pinned || !rollback;
  $("roll-back").title = rollback ? `Back to ${rollback}` : "There is no version to go back to";
  $("versions-frame").hidden = !models.length;
  versions.show(models, { pinned, open });
}

function showDetail() { return (looking = drawDetail()); }

async function drawDetail() {
  const now = (look += 1);
  const wanted = open;
  $("detail").hidden = !wanted;
  if (!wanted) return;
  const model = await ask(`/models/${encodeURIComponent(wanted)}`);
  if (now !== look) return looking; // what was asked for since is shown in its place
  const what = JSON.stringify([model, known.pinned]);
  if (what === shown) return;
  shown = what;
  $("detail").replaceChildren(...detail(model, { pinned: known.pinned, act: { promote, open: visit } }));
}

// Another version is shown; the address keeps which.
async function visit(event, version) {
  if (event?.ctrlKey || event?.metaKey || event?.shiftKey) return;
  event?.preventDefault();
  if (version !== open) history.pushState(null, "", `?version=${encodeURIComponent(version)}`);
  await turnTo(version);
  $("detail-title")?.focus({ preventScroll: true });
  $("detail").scrollIntoView({ behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth", block: "nearest" });
}

async function turnTo(version) {
  open = version;
  show();
  try {
    await showDetail();
  } catch (error) {
    tell(wordsOf(error), { problem: true });
  }
}

// A refused one is asked about once more.
function promote(model) {
  if (model.state !== "refused") return go(model.version);
  $("sure-version").textContent = model.version;
  $("sure-reasons").replaceChildren(...(model.decision?.reasons ?? []).map((text) => make("li", { text })));
  $("sure").returnValue = "";
  $("sure").onclose = () => $("sure").returnValue === "promote" && go(model.version, { force: true });
  $("sure").showModal();
}

const promotion = (version, body = {}) => [`/models/${encodeURIComponent(version)}/promote`, body];
const ROLLBACK = ["/models/rollback", {}];

function go(version, body) {
  spare();
  return change(() => promotion(version, body), ({ version: now }) => `${now} reads now, from the next reading on.`, "Not promoted.");
}

// A step back more is a version back more: one at a time.
const goBack = alone(() => change(() => ROLLBACK, ({ version }) => `${version} reads again.`, "Not rolled back."));

// step() gives what to ask for, or a promise of it; said(answer) tells of it.
async function change(step, said, failed, { undo = true } = {}) {
  try {
    const [path, body] = await step();
    const done = await ask(path, { method: "POST", body });
    tell(said(done), { undo: undo && done.previous && done.previous !== done.version ? () => takeBack(done) : null });
  } catch (error) {
    tell(`${failed} ${wordsOf(error)}`, { problem: true });
  }
  await load();
  if (document.activeElement === document.body) $("count").focus(); // what was pressed is gone
}

// What read before reads again: by a step back where the way back leads there, so that the way is as it was.
function takeBack({ version, previous }) {
  const step = async () => {
    const { current, rollback } = await ask("/models");
    if (current !== version) throw { message: `${current} reads by now.` };
    return rollback === previous ? ROLLBACK : promotion(previous, { force: true });
  };
  return change(step, ({ version: now }) => `${now} reads again.`, "Not undone.", { undo: false });
}

async function bringIn({ target }) {
  const [file] = target.files;
  if (!file) return;
  const form = new FormData();
  form.append("bundle", file, file.name);
  target.value = "";
  try {
    const { version, current } = await ask("/models", { method: "POST", body: form });
    const before = known.models.find((one) => one.version === version);
    const here = before ? `is here already${before.held ? "" : ", and its files are back"}` : "is here";
    tell(`${version} ${here}. ${current ? "It reads now." : "It reads when it is promoted."}`);
    open = version;
    await load();
  } catch (error) {
    tell(`${file.name} was not imported. ${wordsOf(error)}`, { problem: true });
  }
}

versions.addEventListener("open", ({ detail: version }) => visit(null, version));
versions.addEventListener("promote", ({ detail: model }) => promote(model));
retraining.addEventListener("ended", ({ detail: { version } }) => {
  if (version) open = version;
  load();
});
// Another page, or a command, let another version read.
retraining.addEventListener("reads", ({ detail: version }) => known.current && version !== known.current && load());
$("roll-back").addEventListener("click", once(goBack));
$("import").addEventListener("change", bringIn);
$("sure-no").addEventListener("click", () => $("sure").close());
addEventListener("popstate", () => turnTo(new URLSearchParams(location.search).get("version")));
document.addEventListener("visibilitychange", () => document.hidden || load());
load();
retraining.load();
retraining.offerHands();
retraining.recall();
