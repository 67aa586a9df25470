// The Corrections page: what was taught, to be found, looked at, changed, taken back, saved and brought in.

import { Cards } from "./cards.js";
import { forgetReport, offerExport, offerImport } from "./exchange.js";
import { Filters } from "./filters.js";
import { kept } from "./kept.js";
import { Many } from "./many.js";
import { One, relabel } from "./one.js";
import { Place } from "./place.js";
import { alone, spare } from "./presses.js";
import { EVERYBODY, nameOf, optionOf, owner, settle } from "./profile.js";
import { remove, restore } from "./removal.js";
import { ask, Away, wordsOf } from "./server.js";
import { brief, tell } from "./toast.js";

const $ = (id) => document.getElementById(id);
const PAGE = 60;
const MOST = 500; // that the server lists at once
const DOUBTFUL = 12; // pointed out at most
const IMPORT_HINT = $("import-label").title;

const selected = new Set();
const all = new Cards($("cards"), selected);
const doubtful = new Cards($("doubtful-cards"), selected);
const place = new Place([all, doubtful], $("selection"));
const one = new One();
const many = new Many();
const filters = new Filters($("filters"), () => {
  forgetReport();
  load();
});
let next = null;
let shown = null; // the query that the cards answer
let stands = 0; // and the turn in which they came
let turn = 0; // an answer that comes late never overwrites a newer one

const list = (query, limit, after) => {
  const wanted = new URLSearchParams(query);
  wanted.set("limit", limit);
  if (after) wanted.set("after", after);
  return ask(`/corrections?${wanted}`);
};

async function load() {
  const now = (turn += 1);
  const query = String(filters.query);
  const limit = query === shown ? Math.min(Math.max(PAGE, all.size), MOST) : PAGE; // as many as stand there
  try {
    const [found, doubts] = await Promise.all([list(query, limit), doubtsOf()]);
    if (now !== turn) return;
    $("message").textContent = "";
    filters.object(false);
    show(found, doubts);
    [shown, stands] = [query, now];
  } catch (error) {
    if (now !== turn) return;
    $("message").textContent = `The corrections cannot be shown. ${wordsOf(error)}`;
    filters.object(error.code === "bad_symbol");
    if (query !== shown) showNone();
    stands = now;
  }
  $("page").dataset.loaded = turn;
}

// Doubtful ones stand first where nothing but a profile was asked for.
async function doubtsOf() {
  const query = filters.query;
  if ([...query.keys()].some((name) => name !== "profile")) return [];
  query.set("doubtful", "true");
  return (await list(query, DOUBTFUL)).corrections;
}

function show({ corrections, total, next: after }, doubts) {
  const top = $("cards").getBoundingClientRect().top;
  next = after;
  all.show(corrections);
  doubtful.show(doubts);
  $("doubts").hidden = !doubts.length;
  $("more").hidden = next === null;
  $("count").textContent = total ? `${total.toLocaleString("en")} ${total === 1 ? "correction" : "corrections"}` : "";
  $("empty").hidden = total > 0;
  $("empty-title").textContent = filters.any ? "None of these" : "Nothing was taught yet";
  $("empty-text").hidden = filters.any;
  $("empty").querySelector("a").hidden = filters.any;
  const query = filters.query;
  offerExport(query, total > 0);
  offerFor(filters.profile);
  showSelection();
  if (top < 0) scrollBy(0, $("cards").getBoundingClientRect().top - top); // what stands above is lower or higher now
}

// Whose hand an import is that does not say so itself.
function offerFor(profile) {
  $("import-label").textContent = profile ? `Import for ${brief(nameOf(profile))}` : "Import";
  $("import-label").title = profile ? `Import for ${nameOf(profile)}. ${IMPORT_HINT}` : IMPORT_HINT;
}

// What stood there answers other filters than these.
function showNone() {
  shown = null;
  show({ corrections: [], total: 0, next: null }, []);
  $("empty").hidden = true;
}

const showMore = alone(async () => {
  spare();
  const now = turn;
  if (now !== stands) return; // another list is on its way
  try {
    const found = await list(shown, PAGE, next);
    if (now !== turn) return;
    next = found.next;
    $("more").hidden = next === null;
    all.show(found.corrections, { more: true });
  } catch (error) {
    $("message").textContent = wordsOf(error);
  }
});

// What is not shown is not selected: nothing happens to what a person does not see.
function showSelection() {
  for (const id of selected) if (!shownAs(id)) selected.delete(id);
  for (const cards of [all, doubtful]) cards.mark();
  place.lay(selected);
  $("selected").textContent = `${selected.size} selected`;
}

const shownAs = (id) => all.get(id) ?? doubtful.get(id);

const mine = () => kept("profile") || EVERYBODY;

// Corrections were changed, deleted or restored, or are found to be gone.
async function changed(ids) {
  const ways = place.ways(ids);
  await load();
  if (document.activeElement === document.body && !place.goOn(ways)) $("count").focus({ preventScroll: true }); // what was pressed is gone
  fill();
}

async function removeAll(ids) {
  forgetReport();
  const gone = await remove(ids, (deleted) => restore(deleted, () => changed(deleted)));
  for (const id of gone) selected.delete(id);
  showSelection();
  if (gone.length) changed(gone);
}

// Take a relabelling back, unless somebody has relabelled it since.
async function relabelBack(detail) {
  const { correction: { id, symbol }, from } = detail;
  forgetReport();
  try {
    const { symbol: now } = await ask(`/corrections/${id}`);
    if (now !== symbol) tell(`Not undone: it was changed since, and is ${brief(now)} now.`, { problem: true });
    else {
      await relabel(id, from);
      tell(`It is ${brief(from)} again.`);
    }
  } catch (error) {
    tell(`Not undone. ${wordsOf(error)}`, { problem: true, undo: error instanceof Away ? () => relabelBack(detail) : null });
  }
  changed([id]);
}

// What the filters can choose from.
async function fill() {
  try {
    const [{ profiles }, { symbols }] = await Promise.all([ask("/profiles"), ask(`/symbols?${new URLSearchParams(owner(filters.profile || mine()))}`)]);
    const select = $("filters").elements.profile;
    const chosen = select.value;
    const names = new Set([...profiles.filter(({ corrections }) => corrections).map(({ name }) => name), ...(chosen ? [chosen] : [])]);
    select.replaceChildren(select.options[0], ...[...names].map(optionOf));
    select.value = chosen;
    const taught = symbols.filter(({ corrections }) => corrections);
    $("symbols").replaceChildren(...taught.map(({ symbol }) => new Option("", symbol)));
  } catch { /* the filters work without */ }
}

for (const cards of [all, doubtful]) {
  cards.addEventListener("open", ({ detail }) => one.open(detail));
  cards.addEventListener("select", showSelection);
}
one.addEventListener("delete", ({ detail }) => removeAll([detail.id]));
one.addEventListener("relabelled", ({ detail }) => {
  forgetReport();
  tell(`Relabelled: this is ${brief(detail.correction.symbol)}, no longer ${brief(detail.from)}.`, { undo: () => relabelBack(detail) });
  changed([detail.correction.id]);
});
$("more").addEventListener("click", showMore);
$("select-none").addEventListener("click", () => {
  spare();
  selected.clear();
  showSelection();
  place.back();
});
$("delete-selected").addEventListener("click", () => {
  spare();
  removeAll([...selected]);
});
$("relabel-selected").addEventListener("click", () => many.open([...selected].map(shownAs)));
many.addEventListener("relabelled", ({ detail: ids }) => {
  forgetReport();
  selected.clear();
  showSelection();
  changed(ids);
});
offerImport(() => (filters.profile ? { profile: filters.profile } : {}), () => {
  load();
  fill();
});
load();
fill();
settle().then((other) => other && fill());
