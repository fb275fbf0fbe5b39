"use strict";
(() => {
  const read = (id) => JSON.parse(document.getElementById(id).textContent);
  const { nodes, edges } = read("network-data");
  const graph = read("graph-data");
  const sentences = read("sentences-data");
  const panel = document.getElementById("details");
  const place = new Map(graph.nodes.id.map((id, i) => [id, i]));

  edges.forEach((edge, i) => { edge.id = i; });
  const network = new vis.Network(
    document.getElementById("network"),
    { nodes: new vis.DataSet(nodes), edges: new vis.DataSet(edges) },
    read("options-data"),
  );

  const element = (tag, text, parent) => {
    const made = document.createElement(tag);
    if (text) made.textContent = text;
    if (parent) parent.append(made);
    return made;
  };

  // The first evidence of each edge; evidences stand in the order of their edges.
  const first = [];
  let sum = 0;
  for (const count of graph.edges.n) { first.push(sum); sum += count; }

  const showSentences = (edge, parent) => {
    for (let i = first[edge]; i < first[edge] + graph.edges.n[edge]; i++) {
      const words = sentences.quotes[sentences.quote[i]];
      const [start, length] = [sentences.from[i], sentences.length[i]];
      if (words) {
        const quote = element("blockquote", "", parent);
        quote.dir = "auto";
        if (start < 0) quote.textContent = words;
        else {
          quote.append(words.slice(0, start));
          element("mark", words.slice(start, start + length), quote);
          quote.append(words.slice(start + length));
        }
      }
      const source = graph.sources[graph.support.source[i]];
      element("small", (source ? source[1] + ":" : "line ") + sentences.line[i]
        + " · " + sentences.rules[sentences.rule[i]]
        + " · confidence " + (graph.edges.c[edge] / 1000).toFixed(2), parent);
    }
  };

  const go = (node) => {
    const button = element("button", graph.nodes.name[node]);
    button.type = "button";
    button.addEventListener("click", () => choose(graph.nodes.id[node]));
    return button;
  };

  const open = () => {
    panel.replaceChildren();
    panel.hidden = false;
    panel.scrollTop = 0;
    const close = element("button", "×", panel);
    close.className = "close";
    close.setAttribute("aria-label", "Close details");
    close.addEventListener("click", () => { panel.hidden = true; network.unselectAll(); });
  };

  const address = (node) => {
    const arxiv = graph.nodes.arxiv[node];
    const url = arxiv ? "https://arxiv.org/abs/" + arxiv.split("/").map(encodeURIComponent).join("/")
      : graph.nodes.link[node] || "";
    return /^https?:\/\//i.test(url) ? url : "";
  };

  const showNode = (node) => {
    open();
    const { nodes: n, edges: e } = graph;
    element("h2", n.name[node], panel).dir = "auto";
    element("p", [graph.kinds[n.kind[node]][0], n.year[node]].filter(Boolean).join(" · "), panel);
    if (n.aliases[node]) element("p", "Also: " + n.aliases[node].join(", "), panel);
    const url = address(node);
    if (url) {
      const link = element("a", "Read the paper", element("p", "", panel));
      link.href = url;
      link.rel = "noopener noreferrer";
      link.target = "_blank";
    }
    const groups = new Map();
    for (let i = 0; i < e.s.length; i++) {
      if (e.s[i] !== node && e.o[i] !== node) continue;
      const out = e.s[i] === node;
      const title = graph.relations[e.r[i]][out ? 1 : 2];
      if (!groups.has(title)) groups.set(title, []);
      groups.get(title).push([i, out ? e.o[i] : e.s[i]]);
    }
    for (const [title, members] of groups) {
      element("h3", title, panel);
      const list = element("ul", "", panel);
      for (const [edge, other] of members) {
        const item = element("li", "", list);
        item.append(go(other));
        showSentences(edge, item);
      }
    }
    if (!groups.size) element("p", "No relations.", panel);
  };

  const showEdge = (edge) => {
    open();
    const { s, r, o } = graph.edges;
    const title = element("h2", "", panel);
    title.append(go(s[edge]), " " + graph.relations[r[edge]][1] + " ", go(o[edge]));
    showSentences(edge, panel);
  };

  const choose = (id) => {
    network.selectNodes([id]);
    network.focus(id, { scale: Math.max(1.4, network.getScale()), animation: false });
    showNode(place.get(id));
  };

  network.on("click", (event) => {
    if (event.nodes.length) showNode(place.get(event.nodes[0]));
    else if (event.edges.length) showEdge(event.edges[0]);
    else panel.hidden = true;
  });

  const names = document.getElementById("names");
  const byName = new Map();
  graph.nodes.name.forEach((name, i) => {
    if (byName.has(name)) return;
    byName.set(name, graph.nodes.id[i]);
    element("option", "", names).value = name;
  });
  const find = document.getElementById("find");
  const look = () => {
    const id = byName.get(find.value.trim());
    if (id !== undefined) choose(id);
  };
  find.addEventListener("change", look);
  find.addEventListener("keydown", (event) => { if (event.key === "Enter") look(); });

  network.once("afterDrawing", () => { document.documentElement.dataset.ready = "yes"; });
})();
