// What is visible, as tables that can be sorted and copied and that a screen reader can read.

import { announce, button, counted, element, named } from "./dom.js";
import { nameOf } from "./graph.js";
import { tsv } from "./exports.js";

const PAGE = 200; // rows that are added at a time

export class Table {
  constructor(root, graph, sentences, go) {
    this.root = root;
    this.graph = graph;
    this.sentences = sentences;
    this.go = go;
    this.what = "relations";
    this.order = { relations: [0, 1], nodes: [2, -1] }; // column, direction
  }

  render(visible) {
    this.visible = visible;
    const tabs = ["relations", "nodes"].map((what) => button(
      `${what[0].toUpperCase()}${what.slice(1)} (${visible[what === "nodes" ? what : "edges"]})`,
      () => { this.what = what; this.render(this.visible); document.getElementById(`tab-${what}`).focus(); },
      { id: `tab-${what}`, "aria-pressed": String(this.what === what) }));
    const { columns, rows } = this.what === "nodes" ? this.nodes() : this.relations();
    const [by, direction] = this.order[this.what];
    const { key } = columns[by];
    rows.sort((a, b) => direction * compare(key(a), key(b)));
    const body = element("tbody");
    let shown = 0;
    const more = button("Show more", () => add(), { class: "button" });
    const add = () => {
      body.append(...rows.slice(shown, shown + PAGE).map((row) => element("tr", {},
        ...columns.map(({ cell, head }) => element(head ? "th" : "td",
          head ? { scope: "row" } : {}, cell(row))))));
      if (shown) announce(`${Math.min(shown + PAGE, rows.length)} of ${rows.length} rows`);
      shown += PAGE;
      more.hidden = shown >= rows.length;
    };
    add();
    const heads = columns.map(({ title }, k) => element(
      "th", { scope: "col", "aria-sort": k === by ? (direction > 0 ? "ascending" : "descending") : null },
      button(title, () => {
        this.order[this.what] = [k, k === by ? -direction : 1];
        this.render(this.visible);
        this.root.querySelectorAll("thead button")[k].focus();
      })));
    this.root.replaceChildren(
      element("div", { class: "table-bar" },
        element("div", { class: "choice", role: "group", "aria-label": "Table of" }, ...tabs),
        button("Copy table", () => this.go.copyText(this.text(columns, rows),
          `${counted(rows.length, "row")} copied`), { class: "button", id: "copy-table" })),
      element("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Rows" },
        element("table", {},
          element("caption", { class: "unseen" }, `${this.what} that the filters leave, sortable`),
          element("thead", {}, element("tr", {}, ...heads)), body), more));
  }

  text(columns, rows) {
    return tsv([columns.map(({ title }) => title), ...rows.map((row) =>
      columns.map(({ key }) => String(key(row))))]);
  }

  node(i) {
    return element("button", { type: "button", class: "go", onclick: () => this.go.node(i) },
      named(nameOf(this.graph, i)));
  }

  relations() {
    const { graph, visible } = this;
    const rows = [];
    for (let e = 0; e < graph.m; e++) if (visible.edge[e]) rows.push(e);
    const verb = (e) => graph.relations[graph.r[e]].forward;
    const all = this.sentences();
    const place = (e) => {
      const v = graph.first[e];
      return `${graph.sources[graph.source[v]]?.path ?? "?"}:${all.line(v)}`;
    };
    return {
      rows,
      columns: [
        { title: "Subject", key: (e) => nameOf(graph, graph.s[e]), cell: (e) => this.node(graph.s[e]),
          head: true },
        { title: "Relation", key: verb, cell: (e) => element("button",
          { type: "button", class: "go", onclick: () => this.go.edge(e) }, verb(e)) },
        { title: "Object", key: (e) => nameOf(graph, graph.o[e]), cell: (e) => this.node(graph.o[e]) },
        { title: "Confidence", key: (e) => graph.confidence[e] / 1000,
          cell: (e) => (graph.confidence[e] / 1000).toFixed(2) },
        { title: "Source", key: place, cell: (e) => named(place(e)) },
        { title: "Sentence", key: (e) => all.text(graph.first[e]) ?? "",
          cell: (e) => named(all.text(graph.first[e]) ?? "") },
      ],
    };
  }

  nodes() {
    const { graph, visible } = this;
    const rows = [];
    for (let i = 0; i < graph.n; i++) if (visible.node[i]) rows.push(i);
    return {
      rows,
      columns: [
        { title: "Name", key: (i) => nameOf(graph, i), cell: (i) => this.node(i), head: true },
        { title: "Kind", key: (i) => graph.kinds[graph.kind[i]].name,
          cell: (i) => graph.kinds[graph.kind[i]].name },
        { title: "Relations", key: (i) => graph.start[i + 1] - graph.start[i],
          cell: (i) => String(graph.start[i + 1] - graph.start[i]) },
        { title: "Year", key: (i) => graph.year[i] ?? "", cell: (i) => String(graph.year[i] ?? "") },
        { title: "Topic", key: (i) => graph.topics[graph.topic[i]]?.name ?? "",
          cell: (i) => named(graph.topics[graph.topic[i]]?.name ?? "") },
      ],
    };
  }
}

const words = new Intl.Collator("en", { numeric: true });

function compare(a, b) {
  if (a === "" || b === "") return (a === "") - (b === "");
  return typeof a === "number" && typeof b === "number" ? a - b : words.compare(a, b);
}

