// Building page elements. Text goes in as text nodes only; nothing here parses HTML.

const SVG = "http://www.w3.org/2000/svg";

export const $ = (id) => document.getElementById(id);

// element("a", {class: "x", href: "..."}, "text", child, ...); a falsy child is left out.
export function element(tag, attributes, ...children) {
  return filled(document.createElement(tag), attributes, children);
}

export function svgElement(tag, attributes, ...children) {
  return filled(document.createElementNS(SVG, tag), attributes, children);
}

function filled(made, attributes, children) {
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else made.setAttribute(name, value === true ? "" : String(value));
  }
  made.append(...children.filter((child) => child || child === 0));
  return made;
}

export function button(label, action, attributes) {
  return element("button", { type: "button", onclick: action, ...attributes }, label);
}

// A name from a source: its own direction, so that it cannot turn the text around it.
export const named = (text, attributes) => element("bdi", attributes, text);

export const wantsStill = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

let announcing = 0;

// Says `text` to a screen reader, after what happens now has settled.
export function announce(text) {
  clearTimeout(announcing);
  announcing = setTimeout(() => { $("status").textContent = text; }, 120);
}

const plural = new Intl.PluralRules("en");
const digits = new Intl.NumberFormat("en");

export const number = (n) => digits.format(n);

export const counted = (n, one, many = one + "s") =>
  `${number(n)} ${plural.select(n) === "one" ? one : many}`;
