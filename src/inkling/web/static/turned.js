// What changed: held-out samples that turned right or wrong, as the model sees them.

import { make } from "./elements.js";
import { setName } from "./telling.js";

const FEW = 12;

export function turned(changed) {
  if (!changed.length) return null;
  const groups = [["right", "Turned right"], ["wrong", "Turned wrong"]].map(([turn, title]) => [turn, title, changed.filter((one) => one.turned === turn)]);
  return make(
    "section",
    { class: "turned", testid: "turned", "aria-labelledby": "turned-title" },
    make("h3", { id: "turned-title", text: "What changed" }),
    make("p", { class: "muted", text: "Samples that it never learned from: what each is, and how the reading of it changed." }),
    make("div", { class: "turns" }, groups.map(([turn, title, some]) => group(turn, title, some))),
  );
}

function group(turn, title, some) {
  const list = make("ul", { class: "glyphs" }, some.slice(0, FEW).map(card));
  const more = make("button", { type: "button", class: "quiet", text: `Show all ${some.length}`, on: { click: () => {
    list.append(...some.slice(FEW).map(card));
    list.children[FEW].setAttribute("tabindex", "-1");
    list.children[FEW].focus();
    more.remove();
  } } });
  return make(
    "div",
    { class: `turn ${turn}`, testid: `turned-${turn}` },
    make("h4", { class: turn === "right" ? "better" : "worse" }, title, make("span", { class: "muted", text: ` ${some.length}` })),
    some.length ? list : make("p", { class: "muted", text: "None of those that were kept." }),
    some.length > FEW ? more : null,
  );
}

function card({ set, truth, before, after, glyph }) {
  const said = `${truth}, read ${before} before and ${after} now`;
  return make(
    "li",
    { class: "glyph-card", testid: "glyph", title: `${said}. ${setName(set, "validation")}` },
    make("img", { class: "glyph-ink", src: glyph.startsWith("data:") ? glyph : `data:image/png;base64,${glyph}`, alt: said, width: 56, height: 56 }),
    make("span", { class: "glyph-words", "aria-hidden": "true" }, make("s", { text: before }), " → ", make("b", { text: after })),
  );
}
