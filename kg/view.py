"""The address of the page that shows a build, at one of its nodes."""

from pathlib import Path
from urllib.parse import quote

from kg.errors import ExportsError


def page_address(exports: Path, name: str | None = None, *, simple: bool = False) -> str:
    """A file: address of graph.html in `exports`; `name` is what `kg.lookup.find` understands.

    `simple` writes graph-simple.html first, and gives its address; it has no places to point at.

    Raises:
        ExportsError: there is no build in the folder.
        NoMatchError: nothing has the name.
    """
    if simple:
        from kg.rdf import read_turtle
        from kg.simple_view import write_simple_view

        page = exports / "graph-simple.html"
        write_simple_view(read_turtle(exports / "graph.ttl"), page)
        return page.resolve().as_uri()
    page = exports / "graph.html"
    if not page.is_file():
        raise ExportsError("no page here; `kg build` writes it", str(page))
    address = page.resolve().as_uri()
    if name is None:
        return address
    from kg.lookup import find_node
    from kg.store import base_of, open_store

    store = open_store(exports)
    node = find_node(store, name).removeprefix(base_of(store))
    return f"{address}#node={quote(node, safe='/:')}"
