// Finding nodes by label, title, alias or id, and the box in which a reader does it.

import { announce, counted, element, named } from "./dom.js";
import { nameOf } from "./graph.js";
import { kindMark } from "./mark.js";

const MOST = 12;

// Lower case, without accents, one space between words.
export const plain = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase()
  .replace(/\s+/g, " ").trim();

// Returns find(query) -> [{node, via}], the best first; `via` is the alias that fits, if one does.
export function searchIndex(graph) {
  let rows = null;
  const build = () => graph.id.map((id, i) =>
    [nameOf(graph, i), ...(graph.aliases[i] ?? []), id].map(plain));
  return (query) => {
    const wanted = plain(query);
    if (!wanted) return [];
    rows ??= build();
    const found = [];
    rows.forEach((names, i) => {
      let best = 0;
      let via = 0;
      names.forEach((name, k) => {
        const score = fit(name, wanted) - (k ? 0.5 : 0) - (k === names.length - 1 ? 1 : 0);
        if (score > best) [best, via] = [score, k];
      });
      if (best > 0) found.push({ node: i, via, score: best + Math.min(graph.degree[i], 200) / 500 });
    });
    found.sort((a, b) => b.score - a.score || a.node - b.node);
    return found.map(({ node, via }) => ({
      node, via: via > 0 && via <= (graph.aliases[node]?.length ?? 0)
        ? graph.aliases[node][via - 1] : "",
    }));
  };
}

function fit(name, wanted) {
  const at = name.indexOf(wanted);
  if (at < 0) return 0;
  if (name.length === wanted.length) return 8;
  if (at === 0) return 6;
  return /[\p{L}\p{N}]/u.test(name[at - 1]) ? 2 : 4;
}

// Makes an input a combobox (ARIA 1.2) over `find`; `pick(node)` is called with the choice.
export function combobox(graph, input, list, find, pick, { clear = true } = {}) {
  let results = [];
  let active = -1;
  const close = () => {
    list.hidden = true;
    active = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  };
  const choose = (k) => {
    if (!results[k]) return;
    const { node } = results[k];
    input.value = clear ? "" : nameOf(graph, node);
    close();
    pick(node);
  };
  const mark = (k) => {
    active = k;
    [...list.children].forEach((option, i) =>
      option.setAttribute("aria-selected", String(i === k)));
    if (k < 0) input.removeAttribute("aria-activedescendant");
    else {
      input.setAttribute("aria-activedescendant", list.children[k].id);
      list.children[k].scrollIntoView({ block: "nearest" });
    }
  };
  const open = () => {
    const all = find(input.value);
    results = all.slice(0, MOST);
    list.replaceChildren(...results.map(({ node, via }, k) => element(
      "li",
      {
        id: `${list.id}-${k}`, role: "option", "aria-selected": "false",
        // Before the input loses the focus, which closes the list.
        onpointerdown: (event) => { event.preventDefault(); choose(k); },
      },
      kindMark(graph, graph.kind[node]),
      element("span", { class: "grow" }, named(nameOf(graph, node)),
        via && element("small", {}, "also ", named(via))),
      element("small", {}, graph.kinds[graph.kind[node]].name),
    )));
    if (input.value.trim() && !results.length) {
      list.replaceChildren(element("li", { class: "none", role: "option", "aria-disabled": "true",
        id: `${list.id}-none` }, "Nothing has this name."));
    }
    list.hidden = !input.value.trim();
    input.setAttribute("aria-expanded", String(!list.hidden));
    if (!list.hidden) announce(all.length ? counted(all.length, "result") : "No results");
    mark(results.length ? 0 : -1);
  };
  input.setAttribute("role", "combobox");
  input.setAttribute("aria-autocomplete", "list");
  input.setAttribute("aria-controls", list.id);
  input.setAttribute("aria-expanded", "false");
  input.addEventListener("input", open);
  input.addEventListener("focus", () => { if (input.value.trim() && clear) open(); });
  input.addEventListener("blur", close);
  input.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (list.hidden) open();
      const many = results.length;
      if (many) mark((active + (event.key === "ArrowDown" ? 1 : many - 1)) % many);
    } else if (event.key === "Enter") {
      event.preventDefault();
      if (list.hidden) open();
      choose(Math.max(active, 0));
    } else if (event.key === "Escape") {
      event.stopPropagation();
      if (list.hidden) input.blur();
      else close();
    }
  });
}
