// The Upload page: pictures come in by button, drop, paste or camera, are read two at a time, and stay.

import { Alphabets } from "./alphabets.js";
import { takeIn } from "./intake.js";
import { save } from "./kept.js";
import { copyOf, formOf, previewOf } from "./picture.js";
import { owner, Profiles } from "./profile.js";
import { reasonOf, Results, stateOf } from "./results.js";
import { RowTeaching } from "./rows.js";
import { Away, read, untilReady } from "./server.js";
import { MOST, Shelf } from "./shelf.js";
import { csv, json } from "./table.js";
import { tell } from "./toast.js";

const $ = (id) => document.getElementById(id);
const AT_A_TIME = 2;
const TRIES = 3; // a picture over which the server breaks off so often is given up

const shelf = new Shelf();
const entries = new Map();
const files = new Map(); // what was given since the page was opened; of what was given before, entries have copies
const alphabets = new Alphabets($("alphabet"));
const profiles = new Profiles($("profile"), () => alphabets.refresh(profiles.value));
const results = new Results($("results"), $("row"), remove, (id) => teaching.toggle(entries.get(id)));
const teaching = new RowTeaching({
  alphabets,
  profiles,
  rowOf: (id) => results.rowOf(id),
  fileOf: (id) => files.get(id) ?? entries.get(id)?.copy,
  still: (id) => entries.has(id),
  put,
});
const maxBytes = Number($("upload").dataset.maxBytes);
let lastId = 0;
let readers = 0;
let batch = 0; // pictures since the queue was last empty
let paused = null; // a promise while the server is away

const list = () => [...entries.values()];
const waiting = () => list().filter((entry) => stateOf(entry) === "waiting" && entry.profile !== null);
const unread = () => list().filter((entry) => ["waiting", "reading"].includes(stateOf(entry)));

async function add(pictures) {
  for (const file of pictures) {
    lastId = Math.max(lastId + 1, Date.now());
    files.set(lastId, file);
    batch += 1;
    put({ id: lastId, name: file.name || "pasted picture", alphabet: alphabets.value, profile: null, file, preview: "", tries: 0 });
  }
  for (const entry of list().slice(0, Math.max(0, entries.size - MOST))) remove(entry.id);
  await profiles.settled().catch(() => {}); // a name that is none is told where it was given
  handOver();
}

// Whose hand it is: known only once the server has taken the name, and not before a picture is read.
function handOver() {
  for (const entry of list()) if (entry.profile === null) put(Object.assign(entry, { profile: profiles.value }));
  work();
}

function put(entry) {
  entries.set(entry.id, entry);
  const { busy, ...plain } = entry;
  shelf.put(plain);
  results.show(entry);
  refresh();
}

// A row goes once the browser's database has let it go, so that what is gone stays gone.
async function remove(id) {
  teaching.close();
  entries.delete(id);
  files.delete(id);
  await shelf.remove(id);
  const focused = results.rowOf(id)?.contains(document.activeElement);
  const next = focused && (results.beside(id) ?? $("upload"));
  results.drop(id);
  refresh();
  if (next) next.focus();
}

async function removeAll() {
  const gone = list();
  const given = new Map(files);
  teaching.close();
  entries.clear();
  files.clear();
  await shelf.clear();
  results.clear();
  refresh();
  $("upload").focus();
  tell(`Cleared: ${gone.length === 1 ? "one picture" : `${gone.length} pictures`}.`, { undo: () => bringBack(gone, given) });
}

// What was cleared comes back above what was added since.
function bringBack(gone, given) {
  const since = list();
  teaching.close();
  results.clear();
  entries.clear();
  for (const [id, file] of given) files.set(id, file);
  for (const { busy, ...entry } of gone) put(entry);
  for (const entry of since) put(entry);
  $("clear").focus();
  profiles.settled().catch(() => {}).then(handOver); // it may have been cleared while a name was being checked
}

function work() {
  while (readers < AT_A_TIME && readers < unread().length && waiting().length) {
    readers += 1;
    readAll().finally(() => {
      readers -= 1;
      if (waiting().length) work();
    });
  }
}

async function readAll() {
  for (let entry = waiting()[0]; entry; entry = waiting()[0]) {
    await paused;
    if (entries.get(entry.id) === entry && stateOf(entry) === "waiting") await readOne(entry);
  }
}

async function readOne(entry) {
  entry.busy = true;
  results.show(entry);
  const outcome = {};
  try {
    entry.preview ||= await previewOf(entry.file);
    results.show(entry);
    outcome.reading = await read(await formOf(entry.file, { alphabet: entry.alphabet, ...owner(entry.profile) }, maxBytes));
    outcome.copy = await copyOf(entry.file);
  } catch (error) {
    if (error instanceof Away && (error.answered || !navigator.onLine || ++entry.tries < TRIES)) await wait(error);
    else if (error instanceof Away) outcome.error = { code: "no_answer", message: "The server broke off over this picture.", hint: "Try a smaller one." };
    else outcome.error = error;
  }
  if (entries.get(entry.id) !== entry) return; // it was taken away meanwhile, or came back as another
  const { busy, ...rest } = entry;
  if (outcome.reading || outcome.error) delete rest.file;
  put({ ...rest, ...outcome });
}

function wait(away) {
  say(`${away.message || "The server is away."} Your pictures are kept, and reading goes on when it is back.`);
  paused ??= untilReady(away).then(() => {
    paused = null;
    say("");
  });
  return paused;
}

function say(message) { $("message").textContent = message; }

function refresh() {
  const all = list();
  const left = unread().length;
  const count = (state) => all.filter((entry) => stateOf(entry) === state).length;
  const strange = all.filter((entry) => reasonOf(entry) === "unknown").length;
  const parts = [[count("sure"), "sure"], [count("unsure") - strange, "unsure"], [strange, "unknown"], [count("failed"), "not read"]];
  $("summary").textContent = parts.filter(([n]) => n).map(([n, what]) => `${n} ${what}`).join(", ");
  if (left || batch) $("heard").textContent = left ? "" : $("summary").textContent; // a screen reader hears it once they all are read
  if (!left) batch = 0;
  batch = Math.max(batch, left);
  $("shelf").hidden = !all.length;
  $("progress-row").classList.toggle("idle", !left);
  $("progress").max = Math.max(1, batch);
  $("progress").value = batch - left;
  $("progress-text").textContent = left ? `${batch - left} of ${batch} read` : "";
  const doubtful = count("unsure") + count("failed");
  $("none").hidden = !$("only-unsure").checked || doubtful > 0 || left > 0;
  for (const id of ["export-csv", "export-json"]) $(id).disabled = left === all.length;
}

const done = () => list().filter((entry) => entry.reading || entry.error);

takeIn(add, () => tell("That is no picture file.", { problem: true }));
$("only-unsure").addEventListener("change", ({ target }) => {
  $("results").classList.toggle("only-unsure", target.checked);
  refresh();
});
$("export-csv").addEventListener("click", () => save("inkling.csv", csv(done())));
$("export-json").addEventListener("click", () => save("inkling.json", json(done())));
$("clear").addEventListener("click", removeAll);

alphabets.refresh(profiles.value);
for (const entry of await shelf.all()) {
  entries.set(entry.id, entry);
  lastId = Math.max(lastId, entry.id);
  results.show(entry);
}
$("upload").dataset.ready = "";
refresh();
handOver();
