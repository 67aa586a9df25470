// Corrections out as files, and in again with a report of what could not be taken.

import { ask, wordsOf } from "./server.js";

const $ = (id) => document.getElementById(id);
const FORMS = ["npz", "zip"];

// Let the export buttons give what the filters let through.
export function offerExport(query, any) {
  for (const form of FORMS) {
    const link = $(`export-${form}`);
    const wanted = new URLSearchParams(query);
    wanted.set("form", form);
    if (any) link.href = `/api/v1/corrections/export?${wanted}`;
    else link.removeAttribute("href");
  }
}

// owner() names whose hand the imported corrections are; done() is called when some came.
export function offerImport(owner, done) {
  $("import").addEventListener("change", async ({ target }) => {
    const [file] = target.files;
    if (!file) return;
    report(`Importing ${file.name} …`);
    const form = new FormData();
    form.append("file", file, file.name);
    for (const [name, value] of Object.entries(owner())) form.append(name, value);
    target.value = "";
    try {
      const { added, skipped, problems } = await ask("/corrections/import", { method: "POST", body: form });
      const parts = [`${added} added`];
      if (skipped) parts.push(`${skipped} there already`);
      if (problems.length) parts.push(`${problems.length} not taken`);
      report(`${file.name}: ${parts.join(", ")}.`, problems);
      if (added) done();
    } catch (error) {
      report(`${file.name} was not imported. ${wordsOf(error)}`, [], true);
    }
  });
}

// What an import came to is of no interest any more.
export const forgetReport = () => { $("report").hidden = true; };

function report(text, problems = [], bad = problems.length > 0) {
  const place = $("report");
  const line = document.createElement("p");
  line.textContent = text;
  place.replaceChildren(line);
  if (problems.length) {
    const list = document.createElement("ul");
    list.append(...problems.map((problem) => {
      const item = document.createElement("li");
      item.textContent = problem;
      return item;
    }));
    place.append(list);
  }
  place.classList.toggle("bad", bad);
  place.hidden = false;
}
