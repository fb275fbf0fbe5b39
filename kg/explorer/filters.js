// The panel of filters, which is the legend too: every row counts, shows its mark and can be
// switched off.

import { button, counted, element, named, number } from "./dom.js";
import { rootTopic, rootTopics } from "./graph.js";
import { topicColours } from "./looks.js";
import { kindMark, relationMark } from "./mark.js";
import { communityName } from "./scene.js";
import { isFiltered } from "./state.js";

const LISTED = 14; // rows of a long list that are shown at first

export class Filters {
  // change(patch, replace): called with the new values of the state's fields.
  constructor(root, graph, change, goToCommunity) {
    this.root = root;
    this.graph = graph;
    this.change = change;
    this.goToCommunity = goToCommunity;
    this.full = new Set(); // sections whose long list is shown whole
    this.folded = new Set(["sources", "topics"]);
    this.years = yearCounts(graph);
    this.sliding = false; // a slider is held: it must not be replaced
  }

  showing(state, visible) {
    const { graph } = this;
    return element("p", { class: "showing" },
      element("strong", {}, number(visible.nodes)), ` of ${counted(graph.n, "node")}, `,
      element("strong", {}, number(visible.edges)), ` of ${counted(graph.m, "relation")}`,
      isFiltered(state) && button("Reset", () => this.reset(), { id: "reset", class: "plain" }));
  }

  render(state, visible, scene) {
    if (this.sliding) {
      this.root.querySelector(".showing").replaceWith(this.showing(state, visible));
      return;
    }
    const focused = this.root.contains(document.activeElement) ? document.activeElement.id : "";
    const scrolled = this.root.scrollTop;
    this.root.replaceChildren(...[
      this.showing(state, visible),
      this.kinds(state, visible),
      this.clutter(state, visible),
      this.relations(state, visible),
      this.years.length > 1 && this.yearRange(state),
      this.topics(state),
      this.sources(state),
      scene.collapsed && this.communities(state, scene),
    ].filter(Boolean));
    this.root.scrollTop = scrolled;
    if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
  }

  reset() {
    this.change({
      hiddenKinds: new Set(), hiddenRelations: new Set(), hiddenTopics: new Set(),
      hiddenSources: new Set(), years: null,
    });
  }

  // A section whose heading folds it.
  section(key, title, ...children) {
    const folded = this.folded.has(key);
    const body = element("div", { id: `body-${key}`, hidden: folded }, ...children);
    const head = button(title, () => {
      const fold = !body.hidden;
      if (fold) this.folded.add(key);
      else this.folded.delete(key);
      body.hidden = fold;
      head.setAttribute("aria-expanded", String(!fold));
    }, { id: `fold-${key}`, class: "fold", "aria-expanded": String(!folded),
      "aria-controls": `body-${key}` });
    return element("section", {}, element("h2", {}, head), body);
  }

  // A row with a check box; `set` is the state's set of hidden members.
  row(field, set, member, all, mark, label, count) {
    const id = `${field}-${member}`;
    const toggle = () => {
      const next = new Set(set);
      if (!next.delete(member)) next.add(member);
      this.change({ [field]: next });
    };
    const only = () => this.change({ [field]: new Set(all.filter((x) => x !== member)) });
    return element("li", { class: set.has(member) ? "row off" : "row" },
      element("label", {},
        element("input", { type: "checkbox", id, checked: !set.has(member), onchange: toggle }),
        mark, element("span", { class: "grow" }, named(label)),
        count === undefined ? null : element("span", { class: "count" }, number(count))),
      button("only", only, { class: "only", id: `${id}-only`, "aria-label": `Only ${label}` }));
  }

  list(key, rows) {
    const whole = this.full.has(key) || rows.length <= LISTED + 2;
    const list = element("ul", { class: "rows" }, ...(whole ? rows : rows.slice(0, LISTED)));
    if (whole) return list;
    const more = button(`Show all ${rows.length}`, () => {
      this.full.add(key);
      list.append(...rows.slice(LISTED));
      more.remove();
    }, { class: "plain", id: `more-${key}` });
    return element("div", {}, list, more);
  }

  kinds(state, visible) {
    const { graph } = this;
    const all = graph.kinds.map((_, k) => k).filter((k) => graph.kind.includes(k));
    return this.section("kinds", "Kinds", element("ul", { class: "rows" }, ...all.map((k) =>
      this.row("hiddenKinds", state.hiddenKinds, k, all, kindMark(graph, k,
        state.colour === "topic" ? "var(--quiet)" : undefined), graph.kinds[k].plural,
      visible.kinds[k]))),
    element("div", { class: "choice", role: "group", "aria-label": "Colour by" },
      element("span", {}, "Colour by"),
      ...["kind", "topic"].map((by) => button(by, () => {
        if (by === "topic") this.folded.delete("topics");
        this.change({ colour: by });
      }, { id: `colour-${by}`, "aria-pressed": String(state.colour === by) }))));
  }

  clutter(state, visible) {
    const { graph } = this;
    const generic = graph.generic.reduce((sum, x) => sum + x, 0);
    const single = graph.single.reduce((sum, x) => sum + x, 0);
    if (!generic && !single) return null;
    const item = (field, label, count, hint) => count > 0 && element("li", { class: "row" },
      element("label", { title: hint },
        element("input", { type: "checkbox", role: "switch", id: `show-${field}`,
          checked: state[field], onchange: () => this.change({ [field]: !state[field] }) }),
        element("span", { class: "grow" }, label),
        element("span", { class: "count" }, number(count))));
    const away = visible.generic + visible.single;
    return this.section("clutter", "Hidden to keep it readable", element("ul", { class: "rows" },
      item("generic", "Show generic hubs", generic, "Things that very many summaries share"),
      item("single", "Show one-link concepts", single, "Concepts that only one relation names")),
    element("p", { class: "quiet small" }, away ? `${counted(away, "node")} hidden now.`
      : "Nothing is hidden now."));
  }

  relations(state, visible) {
    const { graph } = this;
    const all = graph.relations.map((_, r) => r).filter((r) => graph.r.includes(r));
    return this.section("relations", "Relations", element("ul", { class: "rows" },
      ...all.map((r) => this.row("hiddenRelations", state.hiddenRelations, r, all,
        relationMark(graph.relations[r]), graph.relations[r].forward, visible.relations[r]))));
  }

  yearRange(state) {
    const { years } = this;
    const [least, most] = [years[0][0], years[years.length - 1][0]];
    const [from, to] = state.years ?? [least, most];
    const highest = Math.max(...years.map(([, count]) => count));
    const title = element("output", { class: "range" });
    const counts = new Map(years);
    const bars = element("div", { class: "bars", "aria-hidden": "true" });
    for (let year = least; year <= most; year++) {
      const bar = element("i", { title: `${year}: ${counts.get(year) ?? 0}` });
      bar.style.height = `${Math.max(4, 100 * (counts.get(year) ?? 0) / highest)}%`;
      bars.append(bar);
    }
    const show = (first, last) => {
      title.textContent = first === last ? first : `${first}–${last}`;
      [...bars.children].forEach((bar, k) =>
        bar.classList.toggle("out", least + k < first || least + k > last));
    };
    show(from, to);
    const input = (name, value, label) => element("input", {
      type: "range", id: `years-${name}`, min: least, max: most, step: 1, value,
      "aria-label": label,
    });
    const low = input("from", from, "First year");
    const high = input("to", to, "Last year");
    const moved = (event) => {
      const pair = [Number(low.value), Number(high.value)];
      if (pair[0] > pair[1]) {
        if (event.target === low) low.value = pair[0] = pair[1];
        else high.value = pair[1] = pair[0];
      }
      show(...pair);
      this.sliding = event.type === "input";
      this.change({ years: pair[0] === least && pair[1] === most ? null : pair }, true);
    };
    for (const slider of [low, high]) {
      slider.addEventListener("input", moved);
      slider.addEventListener("change", moved);
      slider.addEventListener("pointerup", () => { this.sliding = false; });
    }
    return this.section("years", "Years", title, bars,
      element("div", { class: "sliders" }, low, high));
  }

  topics(state) {
    const { graph } = this;
    const papers = new Map();
    for (let i = 0; i < graph.n; i++) {
      const t = rootTopic(graph, graph.topic[i]);
      if (t >= 0) papers.set(t, (papers.get(t) ?? 0) + 1);
    }
    if (!papers.size) return null;
    const all = [...papers.keys()].sort((a, b) => papers.get(b) - papers.get(a) || a - b);
    const colours = state.colour === "topic" ? topicColours(graph, rootTopics(graph)) : null;
    const swatch = (t) => {
      if (!colours) return null;
      const dot = element("i", { class: "swatch", "aria-hidden": "true" });
      dot.style.background = colours.get(t);
      return dot;
    };
    return this.section("topics", "Topics", this.list("topics", all.map((t) =>
      this.row("hiddenTopics", state.hiddenTopics, t, all, swatch(t), graph.topics[t].name,
        papers.get(t)))));
  }

  sources(state) {
    const { graph } = this;
    if (!graph.sources.length) return null;
    const all = graph.sources.map((_, i) => i);
    return this.section("sources", "Sources", this.list("sources", graph.sources.map((source, i) =>
      this.row("hiddenSources", state.hiddenSources, i, all, null, source.title || source.path,
        source.summarises.length + source.lists.length))));
  }

  communities(state, scene) {
    const { graph } = this;
    const rows = [...scene.bubbles.map(({ c, count }) => [c, count]),
      ...scene.opened.map((c) => [c, 0])].sort((a, b) => a[0] - b[0]);
    return this.section("communities", "Communities",
      element("p", { class: "quiet small" }, "The picture shows communities of nodes; open the "
        + "ones that you want to see in full."),
      this.list("communities", rows.map(([c, count]) => {
        const opened = state.open.has(c);
        return element("li", { class: "row" },
          button(null, () => this.goToCommunity(c, !opened), { class: "community",
            id: `community-${c}`, "aria-pressed": String(opened) }),
          count ? element("span", { class: "count" }, number(count)) : null);
      }).map((row, k) => {
        row.firstChild.append(element("span", { class: "grow" },
          named(communityName(graph, rows[k][0]))));
        return row;
      })));
  }
}

// [[year, papers], ...] in the order of the years.
function yearCounts(graph) {
  const counts = new Map();
  for (const year of Object.values(graph.year)) counts.set(year, (counts.get(year) ?? 0) + 1);
  return [...counts].sort((a, b) => a[0] - b[0]);
}
