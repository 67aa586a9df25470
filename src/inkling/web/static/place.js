// Where a person is among the cards: the bar with what can be done comes next by Tab, and the focus goes on from there.

export class Place {
  #galleries;
  #bar;
  #home;
  #cards; // the gallery in which a card was opened or selected last
  #id = null;
  #behind = null; // the card behind which the bar stands, or stood last

  // bar: what stands over the page while something is selected, wherever its home is.
  constructor(galleries, bar) {
    this.#galleries = galleries;
    this.#cards = galleries[0];
    this.#bar = bar;
    this.#home = bar.parentElement;
    for (const cards of galleries) {
      for (const event of ["open", "select"]) {
        cards.addEventListener(event, ({ detail: { id } }) => {
          this.#cards = cards;
          this.#id = id;
        });
      }
    }
  }

  // Show the bar behind the card that was selected last, or behind another that is selected, or not at all.
  lay(selected) {
    const cards = [this.#cards.card(this.#id), ...[...selected].reverse().map((id) => this.#card(id))].find(Boolean);
    const place = (selected.size && cards) || this.#home;
    if (this.#bar.parentElement !== place) place.append(this.#bar);
    if (place !== this.#home) this.#behind = place.dataset.id;
    this.#bar.hidden = !selected.size;
  }

  back() { this.#ordered.some((cards) => cards.focus(this.#behind, "input")); }

  // Where to go on once these cards were changed: at the last of them, else behind it, else before it. Asked before they
  // go; goOn() takes what it gives, and says whether there is such a card.
  ways(ids) {
    const id = ids.at(-1);
    return this.#ordered.flatMap((cards) => [id, ...cards.around(id)].map((one) => [cards, one]));
  }

  goOn(ways) { return ways.some(([cards, id]) => cards.focus(id)); }

  get #ordered() { return [this.#cards, ...this.#galleries.filter((cards) => cards !== this.#cards)]; }

  #card(id) { return this.#ordered.map((cards) => cards.card(id)).find(Boolean); }
}
