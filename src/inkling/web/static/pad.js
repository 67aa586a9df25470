// The pad: one pointer at a time draws into a Drawing, and the canvas shows it.

import { SIDE } from "./drawing.js";

export class Pad {
  #canvas;
  #context;
  #drawing;
  #pointer = null; // the id of the one pointer that draws
  #colour;
  #frame = 0;

  constructor(canvas, drawing) {
    this.#canvas = canvas;
    this.#context = canvas.getContext("2d");
    this.#drawing = drawing;
    canvas.addEventListener("pointerdown", (event) => this.#down(event));
    canvas.addEventListener("pointermove", (event) => this.#move(event));
    for (const end of ["pointerup", "pointercancel", "lostpointercapture"]) {
      canvas.addEventListener(end, (event) => this.#up(event));
    }
    canvas.addEventListener("contextmenu", (event) => event.preventDefault());
    canvas.addEventListener("touchstart", (event) => event.preventDefault(), { passive: false }); // no loupe, no zoom
    drawing.addEventListener("change", () => this.#soon());
    new ResizeObserver(() => this.#fit()).observe(canvas);
    for (const what of ["prefers-color-scheme: dark", "forced-colors: active"]) matchMedia(`(${what})`).addEventListener("change", () => this.#fit());
    this.#fit();
  }

  #down(event) {
    if (this.#pointer !== null || event.button !== 0) return;
    event.preventDefault();
    this.#pointer = event.pointerId;
    this.#canvas.setPointerCapture(event.pointerId);
    this.#drawing.begin(...this.#place(event));
  }

  #move(event) {
    if (event.pointerId !== this.#pointer) return;
    const coalesced = event.getCoalescedEvents?.() ?? [];
    for (const part of coalesced.length ? coalesced : [event]) this.#drawing.extend(...this.#place(part));
  }

  // A stroke that the system cuts short (pointercancel) is kept: it is ink, and undo takes it away.
  #up(event) {
    if (event.pointerId !== this.#pointer) return;
    this.#pointer = null;
    if (event.type === "pointerup") this.#drawing.extend(...this.#place(event));
    this.#drawing.end();
  }

  #place(event) {
    const box = this.#canvas.getBoundingClientRect();
    return [((event.clientX - box.left) * SIDE) / box.width, ((event.clientY - box.top) * SIDE) / box.height, event.timeStamp];
  }

  #fit() {
    const side = Math.max(1, Math.round(this.#canvas.clientWidth * devicePixelRatio));
    this.#colour = getComputedStyle(this.#canvas).color;
    if (this.#canvas.width !== side) this.#canvas.width = this.#canvas.height = side;
    this.#draw();
  }

  #soon() {
    this.#frame ||= requestAnimationFrame(() => this.#draw());
  }

  #draw() {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    const context = this.#context;
    const scale = this.#canvas.width / SIDE;
    context.setTransform(scale, 0, 0, scale, 0, 0);
    context.clearRect(0, 0, SIDE, SIDE);
    paint(context, this.#drawing, this.#colour);
  }
}

export function paint(context, drawing, colour) {
  context.strokeStyle = context.fillStyle = colour;
  context.lineWidth = drawing.penWidth;
  context.lineCap = context.lineJoin = "round";
  for (const [[x, y], ...others] of drawing.strokes) {
    context.beginPath();
    if (!others.length) { // a dot: a line of no length would not be painted
      context.arc(x, y, drawing.penWidth / 2, 0, 2 * Math.PI);
      context.fill();
      continue;
    }
    context.moveTo(x, y);
    for (const [nextX, nextY] of others) context.lineTo(nextX, nextY);
    context.stroke();
  }
}
