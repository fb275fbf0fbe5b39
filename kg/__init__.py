"""Summaries of research papers as a knowledge graph: every triple with the sentence it came from.

import kg
graph = kg.build(["data/summaries"])
"""

from kg.build import build
from kg.graph import Graph

__all__ = ["Graph", "build"]
