"""Markdown (and plain text, which is Markdown without marks) to a reading."""

from kg.model import Problem, Reading, Source
from kg.read.blocks import parse_passages
from kg.read.masking import mask
from kg.read.metadata import parse_front_matter
from kg.read.structure import arrange


def parse_markdown(source: Source) -> Reading:
    """The papers that a post, a note, a list of abstracts or a list of papers holds."""
    front = parse_front_matter(source.text)
    passages = parse_passages(mask(source.text, front.end))
    reading = arrange(source, passages, front)
    if front.broken is None:
        return reading
    problem = Problem(
        source.path, 1, f"front matter is not YAML, read line by line: {front.broken}"
    )
    return Reading(
        source, reading.title, reading.documents, reading.listed, (*reading.problems, problem)
    )
