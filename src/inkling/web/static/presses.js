// Presses that come twice: the second one means no second act, and falls on nothing that the first one has laid bare.

const TWICE_MS = 500; // a double click takes no longer
const NEAR_PX = 16;

let last = null;
let spared = null; // the press that takes away what it is made on

const isSecond = ({ clientX, clientY, timeStamp, target }) =>
  spared && target !== spared.target && timeStamp - spared.timeStamp < TWICE_MS && Math.hypot(clientX - spared.clientX, clientY - spared.clientY) < NEAR_PX;

function pass(event) {
  if (event.type === "click" && event.detail === 0) return; // by key
  if (isSecond(event)) {
    event.preventDefault();
    event.stopImmediatePropagation();
  } else if (event.type === "pointerdown") last = event;
}

for (const type of ["pointerdown", "click"]) addEventListener(type, pass, true);

// What was pressed goes away: spare what lies beneath it the second press of a double click.
export function spare() { spared = last; }

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
