"""The graph as one frozen value, and the doors out of it.

Nothing here imports rdflib, networkx or pyoxigraph until a door is used.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from kg.model import Assertion, Entity, Paper, SourceDocument, Topic

if TYPE_CHECKING:
    import networkx
    import rdflib

    from kg.query import Rows


@dataclass(frozen=True)
class Graph:
    """Everything that a build found. Each tuple is sorted by id (assertions by their triple).

    entities: papers, methods, losses, datasets, tasks, metrics and concepts.
    """

    entities: tuple[Entity, ...]
    topics: tuple[Topic, ...]
    sources: tuple[SourceDocument, ...]
    assertions: tuple[Assertion, ...]

    @cached_property
    def by_id(self) -> dict[str, Entity]:
        """Entities by their id."""
        return {e.id: e for e in self.entities}

    @property
    def papers(self) -> Iterator[Paper]:
        """The papers among the entities, in their order."""
        return (e for e in self.entities if isinstance(e, Paper))
