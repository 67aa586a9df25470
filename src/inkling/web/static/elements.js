// Makes what a page shows: elements of HTML and of SVG, with their attributes and what stands in them.

const SVG = "http://www.w3.org/2000/svg";

// An element of HTML; `text` and `testid` are short for what they say, undefined attributes are left out.
export const make = (tag, attributes = {}, ...children) => fill(document.createElement(tag), attributes, children);

// An element of SVG.
export const shape = (tag, attributes = {}, ...children) => fill(document.createElementNS(SVG, tag), attributes, children);

function fill(element, { text, testid, on = {}, ...attributes }, children) {
  if (testid !== undefined) element.dataset.testid = testid;
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== null && value !== false) element.setAttribute(name, value === true ? "" : value);
  }
  for (const [event, act] of Object.entries(on)) element.addEventListener(event, act);
  if (text !== undefined) element.textContent = text;
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

// A name is set in smaller type than a single character, the smaller the longer it is.
export function sizeFor(element) {
  const letters = [...element.textContent].length;
  element.classList.toggle("long", letters > 2);
  element.style.setProperty("--letters", letters);
}

// A plot is drawn as wide as its place is, and again when that changes. draw(width) gives an element.
export function plot(place, draw) {
  let width = 0;
  new ResizeObserver(([{ contentRect }]) => {
    const now = Math.floor(contentRect.width);
    if (!now || now === width) return;
    width = now;
    place.replaceChildren(draw(width));
  }).observe(place);
  return place;
}
