"""A graph in which every string that a source can bring tries to become code."""

from kg.graph import Graph
from kg.model import (
    Assertion,
    Entity,
    Evidence,
    Identifiers,
    Kind,
    Paper,
    Relation,
    SourceDocument,
    Span,
    Topic,
)

RUN = "document.documentElement.dataset.pwned='yes'"
TAG = f'<img src=x onerror="{RUN}">'
SCRIPT = f"</script><script>{RUN}</script>"
COMMENT = "<!--<script>"
TEMPLATE = "{{ 7*7 }}${7*7}{% raw %}"
BROKEN = "half \ud83d, nul \x00, line \u2028, right to left \u202e"
HREF = f'<a href="javascript:{RUN}">href</a>'


def hostile() -> Graph:
    """Six papers and ten other nodes with hostile ids, names, aliases, titles, URLs and quotes."""
    urls = (
        f"javascript:{RUN}",
        f"data:text/html,<script>{RUN}</script>",
        f'https://example.org/"onmouseover="{RUN}',
        " JAVASCRIPT:alert(1)",
        "https://example.org/a b<c>",
        None,
    )
    papers = [
        Paper(
            f"paper/{number}{TAG}",
            Kind.PAPER,
            f"{number} {text}",
            (f"alias {SCRIPT}",),
            f"{number} {text}",
            Identifiers(
                url=url,
                arxiv=f"1901.00001{TAG}" if number == 5 else None,
                doi=f'10.1/"><script>{RUN}</script>' if number == 4 else None,
            ),
            2019,
            f"topic/{TAG}",
        )
        for number, (text, url) in enumerate(
            zip((TAG, SCRIPT, COMMENT, TEMPLATE, BROKEN, HREF), urls, strict=True)
        )
    ]
    names = ("__proto__", "constructor", "=HYPERLINK(\"http://x\")", "\\u003c/script>", "' onx='1",
             "]]>", f"{TAG}{HREF}", "%3Cscript%3E", "]\n<http://x> <y> \"z\" .", "")  # fmt: skip
    things = [Entity(f"method/{name}", Kind.METHOD, name, (SCRIPT, "__proto__")) for name in names]
    entities = sorted([*papers, *things], key=lambda e: e.id)
    source = SourceDocument(
        f"source/{TAG}", f"post{TAG}.md", f"Notes {SCRIPT}", "MIT", tuple(p.id for p in papers)
    )
    quote = f"They use {SCRIPT} and {TAG} {BROKEN}."
    assertions = sorted(
        (
            Assertion(
                paper.id,
                Relation.USES_METHOD,
                thing.id,
                (
                    Evidence(
                        source.id, Span(0, len(quote)), Span(9, 9 + len(SCRIPT)), quote,
                        TAG, TAG, 3, f"rule{TAG}", paper.id,
                    ),
                ),
                0.8,
            )
            for paper in papers
            for thing in things
        ),
        key=lambda a: (a.subject, a.relation, a.object),
    )  # fmt: skip
    return Graph(
        tuple(entities), (Topic(f"topic/{TAG}", f"Topic {SCRIPT}"),), (source,), tuple(assertions)
    )
