import csv
import json
import re
import shutil
import subprocess
import xml.etree.ElementTree as ET

import bibtexparser
import ladybug
import networkx as nx
import pandas as pd
import pytest
import rdflib
import yaml
from graphs import EFFICIENTDET, RESNET, STARGAN, STARGAN_V2, graphs, small_graph
from hypothesis import HealthCheck, given, settings
from pyoxigraph import RdfFormat, parse

from kg.errors import ExportsError
from kg.export import FORMATS
from kg.export.content import content_of, read_content
from kg.export.folder import MANIFEST, write_folder
from kg.export.obsidian import note_names
from kg.export.tables import nodes, relationships
from kg.graph import Graph
from kg.model import Assertion, Entity, Evidence, Kind, Paper, Relation, SourceDocument, Span
from kg.rdf import Description, described, from_rdf, to_rdf, write_turtle
from kg.vocabulary import BASE, assertion_id

GRAPH = small_graph()
CONTENT = content_of(described(GRAPH, Description("T", (("paperkg", "0.1.0"),))))

POISON = "a\\b {c} 100% & $x_1$ #~^ \"q\" 's' <i>;|[[w]]\n\u2028é深 \x01"


def poisoned() -> Graph:
    """A graph whose every text is hard to write."""
    place = Evidence(
        "source/s", Span(0, 9), Span(1, 2), POISON, POISON, POISON, 1, POISON, "paper/p"
    )
    return Graph(
        (
            Paper("paper/p", Kind.PAPER, POISON, ("x;y", "z"), title=POISON),
            Entity("loss/l", Kind.LOSS, POISON + "!"),
        ),
        (),
        (SourceDocument("source/s", POISON, POISON, POISON, ("paper/p",)),),
        (Assertion("paper/p", Relation.USES_LOSS, "loss/l", (place,), 0.123),),
    ).canonical()


def export(name: str, folder, graph: Graph = GRAPH):
    content = CONTENT if graph is GRAPH else content_of(to_rdf(graph))
    path = folder / f"graph{FORMATS[name].ending}"
    FORMATS[name].write(content, path)
    return path


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_has_the_same_bytes_twice(name, tmp_path):
    first, second = export(name, tmp_path / "1"), export(name, tmp_path / "2")
    files = [first] if first.is_file() else sorted(p for p in first.rglob("*") if p.is_file())
    assert files
    for file in files:
        twin = second / file.relative_to(first) if first.is_dir() else second
        assert file.read_bytes() == twin.read_bytes()


def test_the_table_says_what_each_format_is():
    assert list(FORMATS) == [
        "ttl", "nt", "nq", "trig", "rdfxml", "jsonld",
        "graphml", "gexf", "csv", "cypher", "bibtex", "obsidian",
    ]  # fmt: skip
    assert all(f.about for f in FORMATS.values())


# ------------------------------------------------------------------------- RDF


@pytest.mark.parametrize("name", ["ttl", "nt", "nq", "trig", "rdfxml", "jsonld"])
def test_rdf_is_lossless_in_pyoxigraph_and_rdflib(name, tmp_path):
    path = export(name, tmp_path)
    rdf_format = RdfFormat.from_extension(path.suffix[1:])
    quads = list(parse(path=path, format=rdf_format))
    assert {q.triple for q in quads} == set(CONTENT.triples)
    assert from_rdf(q.triple for q in quads) == GRAPH
    names = {q.graph_name.value for q in quads if hasattr(q.graph_name, "value")}
    assert names == ({BASE + "graph"} if name in ("nq", "trig") else set())
    dataset = rdflib.Dataset(default_union=True)
    dataset.parse(path, format={"rdfxml": "xml", "jsonld": "json-ld", "ttl": "turtle",
                                "nq": "nquads"}.get(name, name))  # fmt: skip
    assert len(dataset) == len(CONTENT.triples)


def test_hard_texts_survive_rdf(tmp_path):
    for name in ("ttl", "nt", "nq", "trig", "jsonld"):
        path = export(name, tmp_path, poisoned())
        quads = parse(path=path, format=RdfFormat.from_extension(path.suffix[1:]))
        assert from_rdf(q.triple for q in quads) == poisoned()
    path = export("rdfxml", tmp_path, poisoned())
    values = {o.value for _, _, o, _ in parse(path=path, format=RdfFormat.RDF_XML)}
    assert POISON.replace("\x01", "\ufffd") in values


def test_an_export_starts_from_what_a_build_wrote(tmp_path):
    path = tmp_path / "graph.ttl"
    write_turtle(GRAPH, path, description=Description("T"), base="https://b.org/")
    content = read_content(tmp_path)
    assert content.graph == GRAPH
    assert content.base == "https://b.org/"
    again = tmp_path / "again.ttl"
    FORMATS["ttl"].write(content, again)
    assert again.read_bytes() == path.read_bytes()
    with pytest.raises(ExportsError, match="no graph here"):
        read_content(tmp_path / "none")


# ------------------------------------------------------------------------- networks


@pytest.mark.parametrize("name", ["graphml", "gexf"])
def test_a_network_in_networkx(name, tmp_path):
    path = export(name, tmp_path)
    read = nx.read_graphml if name == "graphml" else nx.read_gexf
    network = nx.MultiDiGraph(read(path))
    assert set(network.nodes) == set(GRAPH.by_id)
    assert network.number_of_edges() == len(GRAPH.assertions)
    paper = network.nodes[STARGAN_V2]
    assert paper["label"] == "StarGAN v2"
    assert paper["kind"] == "Paper"
    assert paper["year"] == 2019
    assert paper["topic"] == "Image translation"
    (edge,) = network.get_edge_data(STARGAN_V2, STARGAN).values()
    assert edge["relation"] == "extends"
    assert edge["label"] == "extends"
    assert edge["confidence"] == 0.9
    assert edge["quote"] == "StarGAN v2 is the next version of StarGAN."
    assert (edge["source"], edge["line"], edge["rule"]) == ("translation.md", 11, "links")
    loss = next(iter(network.get_edge_data(STARGAN_V2, "loss/adversarial-loss").values()))
    assert loss["places"] == 2


def test_graphml_declares_each_attribute_once(tmp_path):
    root = ET.parse(export("graphml", tmp_path)).getroot()
    keys = [
        (k.get("for"), k.get("attr.name")) for k in root if k.tag.endswith("key")
    ]  # fmt: skip
    assert len(keys) == len(set(keys))
    edges = {e.get("id") for e in root.iter() if e.tag.endswith("edge")}
    assert edges == {assertion_id(a.subject, a.relation, a.object) for a in GRAPH.assertions}


def test_gexf_has_no_date(tmp_path):
    assert "lastmodified" not in export("gexf", tmp_path).read_text()


def test_hard_texts_in_xml(tmp_path):
    expected = POISON.replace("\x01", "\ufffd")
    graphml = nx.read_graphml(export("graphml", tmp_path, poisoned()))
    assert graphml.nodes["paper/p"]["label"] == expected
    gexf = nx.read_gexf(export("gexf", tmp_path, poisoned()))
    # An XML attribute cannot hold a line break: readers see a space.
    assert gexf.nodes["paper/p"]["label"].split() == expected.split()


# ------------------------------------------------------------------------- tables


def _from_csv(folder) -> Graph:
    """Read the three files back into a Graph."""

    def read(name):
        with (folder / name).open(encoding="utf-8", newline="") as stream:
            return list(csv.DictReader(stream))

    out: dict[tuple[str, str], list] = {}
    links = read("relationships.csv")
    for row in links:
        out.setdefault((row[":START_ID"], row[":TYPE"]), []).append(row[":END_ID"])
    entities, topics, sources = [], [], []
    from kg.model import Identifiers, Topic

    for row in read("nodes.csv"):
        id_, label, name = row["id:ID"], row[":LABEL"], row["name"]
        aliases = tuple(filter(None, row["aliases:string[]"].split(";")))
        one = lambda type_, id_=id_: (out.get((id_, type_)) or [None])[0]  # noqa: E731
        if label == "Topic":
            topics.append(Topic(id_, name, one("BROADER")))
        elif label == "Source":
            sources.append(
                SourceDocument(
                    id_,
                    row["path"],
                    row["title"] or None,
                    row["licence"] or None,
                    tuple(out.get((id_, "SUMMARISES"), ())),
                    tuple(out.get((id_, "LISTS"), ())),
                )
            )
        elif label == "Paper":
            known = Identifiers(row["arxiv"] or None, row["doi"] or None, row["url"] or None)
            entities.append(
                Paper(
                    id_,
                    Kind.PAPER,
                    name,
                    aliases,
                    title=row["title"] or None,
                    identifiers=known,
                    year=int(row["year:int"]) if row["year:int"] else None,
                    topic=one("IN_TOPIC"),
                )
            )
        else:
            entities.append(Entity(id_, Kind(label), name, aliases))
    places: dict[str, list[Evidence]] = {}
    for row in read("evidence.csv"):
        places.setdefault(row["assertion"], []).append(
            Evidence(
                out[row["id:ID"], "FROM"][0],
                Span(int(row["sentenceStart:int"]), int(row["sentenceEnd:int"])),
                Span(int(row["mentionStart:int"]), int(row["mentionEnd:int"])),
                row["quote"],
                row["prefix"],
                row["suffix"],
                int(row["line:int"]),
                row["rule"],
                out[row["id:ID"], "ABOUT"][0],
            )
        )
    relation = {re.sub(r"(?=[A-Z])", "_", r).upper(): r for r in Relation}
    assertions = tuple(
        Assertion(
            row[":START_ID"],
            relation[row[":TYPE"]],
            row[":END_ID"],
            tuple(places[row["id"]]),
            float(row["confidence:double"]),
        )
        for row in links
        if row[":TYPE"] in relation
    )
    return Graph(tuple(entities), tuple(topics), tuple(sources), assertions).canonical()


def test_csv_is_lossless(tmp_path):
    assert _from_csv(export("csv", tmp_path)) == GRAPH


def _kept_by_csv(graph: Graph) -> Graph:
    """What is documented as lost: empty titles, and ";" and empty aliases in lists of names."""
    from dataclasses import replace

    def kept(e: Entity) -> Entity:
        aliases = tuple(filter(None, (a.replace(";", ",") for a in e.aliases)))
        e = replace(e, aliases=aliases)
        return replace(e, title=e.title or None) if isinstance(e, Paper) else e

    return Graph(
        tuple(map(kept, graph.entities)),
        graph.topics,
        tuple(replace(s, title=s.title or None) for s in graph.sources),
        graph.assertions,
    ).canonical()


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(graph=graphs())
def test_csv_loses_only_what_is_documented(tmp_path_factory, graph):
    folder = tmp_path_factory.mktemp("csv")
    found = _from_csv(export("csv", folder, graph))
    assert found.canonical() == _kept_by_csv(graph)


def test_csv_in_pandas_and_its_references(tmp_path):
    folder = export("csv", tmp_path)
    things = pd.read_csv(folder / "nodes.csv")
    places = pd.read_csv(folder / "evidence.csv")
    links = pd.read_csv(folder / "relationships.csv")
    ids = set(things["id:ID"]) | set(places["id:ID"])
    assert set(links[":START_ID"]) | set(links[":END_ID"]) <= ids
    assert len(things) == len(GRAPH.entities) + len(GRAPH.topics) + len(GRAPH.sources)
    assert things.set_index("id:ID").loc[STARGAN_V2, "year:int"] == 2019
    assert set(places["assertion"]) == set(links["id"].dropna())
    assert things["id:ID"].is_unique


# ------------------------------------------------------------------------- Cypher


def _run_cypher(path, graph: Graph) -> ladybug.Connection:
    """Run the statements in an embedded Cypher database, whose tables want declaring first."""
    connection = ladybug.Connection(ladybug.Database(":memory:"))
    kinds = {tuple: "STRING[]", str: "STRING", int: "INT64", float: "DOUBLE"}
    columns: dict[str, dict[str, str]] = {}
    for node in nodes(graph, BASE):
        known = columns.setdefault(node.label, {})
        known.update({k: kinds[type(v)] for k, v in node.properties.items()})
    for label, known in columns.items():
        declared = "".join(f", {name} {type_}" for name, type_ in known.items())
        connection.execute(f"CREATE NODE TABLE {label}(id STRING PRIMARY KEY{declared})")
    pairs: dict[str, set[tuple[str, str]]] = {}
    for r in relationships(graph):
        pairs.setdefault(r.type, set()).add((r.start[0], r.end[0]))
    for type_, ends in pairs.items():
        fromto = ", ".join(f"FROM {a} TO {b}" for a, b in sorted(ends))
        connection.execute(
            f"CREATE REL TABLE {type_}({fromto}, id STRING, confidence DOUBLE, position INT64)"
        )
    for statement in path.read_text(encoding="utf-8").split("\n"):
        if statement and not statement.startswith("CREATE CONSTRAINT"):
            connection.execute(statement)
    return connection


def _answer(connection, text: str) -> list:
    result, rows = connection.execute(text), []
    while result.has_next():
        rows.append(result.get_next())
    return rows


def test_cypher_runs_and_holds_everything(tmp_path):
    path = export("cypher", tmp_path)
    connection = _run_cypher(path, GRAPH)
    _run = [s for s in path.read_text().split("\n") if s.startswith(("MERGE", "MATCH"))]
    for statement in _run:  # once more: nothing is doubled
        connection.execute(statement)
    assert _answer(connection, "MATCH (n) RETURN count(*)") == [[len(list(nodes(GRAPH, BASE)))]]
    assert _answer(connection, "MATCH ()-[r]->() RETURN count(*)") == [
        [len(list(relationships(GRAPH)))]
    ]
    assert _answer(
        connection,
        "MATCH (p:Paper)-[r:EXTENDS]->(q:Paper), "
        "(e:Evidence {assertion: r.id})-[:FROM]->(s:Source) "
        "RETURN p.name, q.name, r.confidence, e.quote, e.line, s.path",
    ) == [
        ["StarGAN v2", "StarGAN", 0.9, "StarGAN v2 is the next version of StarGAN.", 11,
         "translation.md"]
    ]  # fmt: skip
    assert _answer(connection, "MATCH (n:Metric) RETURN n.aliases") == [
        [["Fréchet inception distance"]]
    ]


def test_hard_texts_in_cypher(tmp_path):
    connection = _run_cypher(export("cypher", tmp_path, poisoned()), poisoned())
    assert _answer(connection, "MATCH (p:Paper) RETURN p.name, p.title") == [[POISON, POISON]]
    assert _answer(connection, "MATCH (e:Evidence) RETURN e.quote, e.rule") == [[POISON, POISON]]


# ------------------------------------------------------------------------- BibTeX


def test_bibtex_in_bibtexparser(tmp_path):
    library = bibtexparser.parse_file(str(export("bibtex", tmp_path)))
    assert not library.failed_blocks
    entries = library.entries_dict
    assert len(entries) == len(list(GRAPH.papers))
    paper = entries["arxiv-1912.01865"]
    assert paper.entry_type == "misc"
    assert {f.key: f.value for f in paper.fields} == {
        "title": "{StarGAN v2: Diverse Image Synthesis for Multiple Domains}",
        "year": "2019",
        "eprint": "1912.01865",
        "archiveprefix": "arXiv",
        "url": "https://arxiv.org/abs/1912.01865",
        "keywords": "Image translation, summarised",
    }
    article = entries[RESNET.partition("/")[2].replace("%", "-")]
    assert article.entry_type == "article"
    assert article["doi"] == "10.1109/CVPR.2016.90"


@settings(max_examples=50, deadline=None)
@given(graph=graphs())
def test_bibtex_of_any_graph_parses(tmp_path_factory, graph):
    path = export("bibtex", tmp_path_factory.mktemp("bib"), graph)
    library = bibtexparser.parse_string(path.read_text(encoding="utf-8"))
    assert not library.failed_blocks
    assert len(library.entries) == len(list(graph.papers))


def test_hard_texts_in_bibtex(tmp_path):
    (entry,) = bibtexparser.parse_file(str(export("bibtex", tmp_path, poisoned()))).entries
    assert entry["title"] == (
        r"{a\textbackslash{}b \textbraceleft{}c\textbraceright{} 100\% \& \$x\_1\$ "
        r"\#\textasciitilde{}\textasciicircum{} "
        "\"q\" 's' <i>;|[[w]] é深 \x01}"
    )


# ------------------------------------------------------------------------- Obsidian


def _notes(folder) -> dict[str, tuple[dict, str]]:
    """Note path without .md -> its front matter and its text."""
    found = {}
    for file in folder.rglob("*.md"):
        _, front, text = file.read_text(encoding="utf-8").split("---\n", 2)
        found[file.relative_to(folder).with_suffix("").as_posix()] = (yaml.safe_load(front), text)
    return found


def test_obsidian_notes_link_to_each_other_with_sentences(tmp_path):
    notes = _notes(export("obsidian", tmp_path))
    assert len(notes) == len(GRAPH.entities)
    front, text = notes["Paper/StarGAN v2"]
    assert front["iri"] == BASE + STARGAN_V2
    assert front["year"] == 2019
    assert front["topic"] == "Image translation"
    assert "# StarGAN v2: Diverse Image Synthesis for Multiple Domains\n" in text
    assert (
        "## extends\n\n- [[Paper/StarGAN|StarGAN]] (0.900)\n"
        "    > StarGAN v2 is the next version of StarGAN. (translation.md:11)\n" in text
    )
    assert notes["Method/AdaIN"][0]["aliases"] == ["adaptive instance normalization"]
    edges = set()
    for front, text in notes.values():
        for target in re.findall(r"\[\[([^]|]+)\|", text):
            edges.add((front["id"], notes[target][0]["id"]))
    assert edges == {(a.subject, a.object) for a in GRAPH.assertions}


def test_hard_names_make_good_files(tmp_path):
    notes = _notes(export("obsidian", tmp_path, poisoned()))
    for name, (front, text) in notes.items():
        assert not set(name.partition("/")[2]) & set('\\/:*?"<>|#^[]\n\x01')
        assert front["name"] in (POISON, POISON + "!")
        assert "<i>" not in text


def test_names_that_differ_in_case_are_two_notes():
    names = ["ReLU", "relu", "CON", "...", "a/b", "x" * 400]
    graph = Graph(
        tuple(Entity(f"method/{n}", Kind.METHOD, name) for n, name in enumerate(names)), (), (), ()
    )
    found = note_names(graph)
    assert found["method/0"] == "Method/ReLU"
    assert len({name.casefold() for name in found.values()}) == len(names)
    assert re.fullmatch(r"Method/relu [0-9a-f]{16}", found["method/1"])
    assert re.fullmatch(r"Method/CON [0-9a-f]{16}", found["method/2"])
    assert found["method/4"] == "Method/a b"
    assert len(found["method/5"]) < 200


def test_a_second_export_removes_what_is_gone_and_nothing_else(tmp_path):
    folder = export("obsidian", tmp_path)
    own = folder / "Paper" / "My thoughts.md"
    own.write_text("mine")
    small = Graph((Paper(EFFICIENTDET, Kind.PAPER, "EfficientDet"),), (), (), ())
    export("obsidian", tmp_path, small)
    left = sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())
    assert left == [MANIFEST, "Paper/EfficientDet.md", "Paper/My thoughts.md"]
    assert own.read_text() == "mine"


def test_a_file_of_somebody_else_is_not_overwritten(tmp_path):
    folder = tmp_path / "vault"
    (folder / "Paper").mkdir(parents=True)
    own = folder / "Paper" / "EfficientDet.md"
    own.write_text("mine")
    with pytest.raises(ExportsError, match="is not from an earlier export") as failure:
        FORMATS["obsidian"].write(CONTENT, folder)
    assert failure.value.place == str(own)
    assert own.read_text() == "mine"
    assert len(list(folder.rglob("*"))) == 2


def test_a_manifest_cannot_reach_out_of_its_folder(tmp_path):
    precious = tmp_path / "precious.txt"
    precious.write_text("keep")
    folder = tmp_path / "out"
    folder.mkdir()
    (folder / MANIFEST).write_text(json.dumps({"files": ["../precious.txt", str(precious)]}))
    write_folder(folder, {"a.txt": "a"})
    assert precious.read_text() == "keep"
    (folder / MANIFEST).write_text("[]")
    with pytest.raises(ExportsError, match="is not a list that an export wrote"):
        write_folder(folder, {"a.txt": "a"})


def test_rapper_reads_rdfxml(tmp_path):
    if (rapper := shutil.which("rapper")) is None:
        pytest.skip("raptor's rapper is not installed")
    path = export("rdfxml", tmp_path)
    count = subprocess.run(
        [rapper, "-i", "rdfxml", "-c", str(path)], capture_output=True, text=True, check=True
    )
    assert f"returned {len(CONTENT.triples)} triples" in count.stderr
