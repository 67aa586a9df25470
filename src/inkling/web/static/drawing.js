// The drawing: strokes are the state, pixels a view of them. A stroke is a list of points [x, y, t]: x right and y down
// in a square of SIDE px, whatever its size on the screen, and t in ms since the drawing began.

export const SIDE = 400;

const KEPT_AS = "inkling.drawing";
const round = (value, digits) => Number(value.toFixed(digits));

export class Drawing extends EventTarget {
  #strokes = [];
  #active = null; // the stroke under the pen
  #past = []; // what undo goes back to: earlier lists of strokes
  #future = [];
  #began = null; // the time stamp of the first point
  #penWidth;

  constructor(penWidth) {
    super();
    this.#penWidth = penWidth;
    this.#restore();
  }

  get strokes() { return this.#active ? [...this.#strokes, this.#active] : this.#strokes; }
  get empty() { return !this.#active && this.#strokes.length === 0; }
  get growing() { return this.#active !== null; }
  get canUndo() { return this.#past.length > 0; }
  get canRedo() { return this.#future.length > 0; }
  get penWidth() { return this.#penWidth; }

  set penWidth(width) {
    this.#penWidth = width;
    this.#keep();
    this.#tell("width");
  }

  begin(x, y, time) {
    if (this.empty) this.#began = time;
    this.#began ??= time - (this.#strokes.at(-1)?.at(-1)[2] ?? 0) - 500; // a drawing that goes on after a reload
    this.#active = [];
    this.extend(x, y, time);
  }

  extend(x, y, time) {
    if (!this.#active) return; // it was cleared away under the pen
    const point = [round(x, 1), round(y, 1), Math.max(0, round(time - this.#began, 1))];
    const last = this.#active.at(-1);
    if (last && last[0] === point[0] && last[1] === point[1]) return;
    this.#active.push(point);
    this.#tell("grow");
  }

  end() {
    if (!this.#active) return;
    const stroke = this.#active;
    this.#active = null;
    this.#become([...this.#strokes, stroke], "stroke");
  }

  clear() {
    if (!this.empty) {
      this.#active = null;
      this.#become([], "edit");
    }
  }

  undo() { this.#step(this.#past, this.#future); }
  redo() { this.#step(this.#future, this.#past); }

  #step(from, to) {
    if (!from.length || this.#active) return;
    to.push(this.#strokes);
    this.#strokes = from.pop();
    this.#began = null; // what is drawn next comes after what stands there now
    this.#keep();
    this.#tell("edit");
  }

  #become(strokes, how) {
    this.#past.push(this.#strokes);
    this.#future = [];
    this.#strokes = strokes;
    this.#keep();
    this.#tell(how);
  }

  // "grow": a point more; "stroke": the pen went up; "width": the pen's; "edit": the rest.
  #tell(how) { this.dispatchEvent(new CustomEvent("change", { detail: how })); }

  #keep() {
    try {
      localStorage.setItem(KEPT_AS, JSON.stringify({ strokes: this.#strokes, penWidth: this.#penWidth }));
    } catch { /* private windows may not keep anything: then a reload starts anew */ }
  }

  #restore() {
    try {
      const { strokes, penWidth } = JSON.parse(localStorage.getItem(KEPT_AS));
      const isPoint = (point) => point.length === 3 && point.every(Number.isFinite);
      if (!strokes.every((stroke) => stroke.length && stroke.every(isPoint))) return;
      this.#strokes = strokes;
      this.#past = strokes.map((_, index) => strokes.slice(0, index));
      if (Number.isFinite(penWidth)) this.#penWidth = penWidth;
    } catch { /* nothing was kept, or not by us */ }
  }
}
