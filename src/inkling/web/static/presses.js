// Presses that come twice: the second one means no second act, and falls on nothing that the first one has laid bare.

const TWICE_MS = 500; // a double click takes no longer
const NEAR_PX = 16;

let last = null;
let spared = null; // the press that takes away what it was made on
let second = false; // whether the pointer is down for the second press of a double click

const isSecond = ({ clientX, clientY, timeStamp, target }) =>
  spared && target !== spared.target && timeStamp - spared.timeStamp < TWICE_MS && Math.hypot(clientX - spared.clientX, clientY - spared.clientY) < NEAR_PX;

function stop(event) {
  event.preventDefault();
  event.stopImmediatePropagation();
}

addEventListener("pointerdown", (event) => {
  second = isSecond(event);
  if (second) return stop(event);
  last = event;
  spared = null;
}, true);
addEventListener("click", (event) => second && event.detail > 0 && stop(event), true); // one of detail 0 came by key

// What was pressed goes away: spare what lies beneath it the second press of a double click.
export function spare() { spared = last; }

// What a press does, but for the second one of a double click.
export const once = (act) => (event) => (event.detail > 1 ? undefined : act(event));

// An act that runs once at a time: asked for again meanwhile, it is what runs already.
export function alone(act) {
  let running = false;
  return async (...given) => {
    if (running) return;
    running = true;
    try {
      await act(...given);
    } finally {
      running = false;
    }
  };
}
