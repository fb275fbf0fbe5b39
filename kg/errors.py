"""What can go wrong, as one tree.

    KgError                     everything that kg raises on purpose
    |-- SourceError             a source cannot be read (missing, binary, no text)
    |   `-- NoPapersError       a source was read and holds no paper
    |-- LexiconError            a lexicon or corrections file breaks its schema
    |-- PipelineError           the spaCy pipeline is missing or is not the one that was asked for
    |-- ExportsError            exports/ is missing, or is not what a build writes
    |-- QueryError              SPARQL does not parse, a named query or its parameter is unknown
    |-- NoMatchError            a name matches nothing in the graph (carries suggestions)
    |-- GoldError               an annotation file breaks its schema
    `-- EndpointError           a SPARQL server refuses, fails or does not answer

The library raises these; `kg.cli` turns them into one line on stderr and an exit code, once.
A message says what is wrong, where, and what to do about it.
"""

from collections.abc import Sequence


class KgError(Exception):
    """Base of every error raised on purpose.

    `place` is a path, or "path:line", or None where there is no place to point at.
    `exit_code` is what the command line ends with: 2 could not run, 1 the answer is no.
    """

    exit_code = 2

    def __init__(self, message: str, place: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.place = place

    def __str__(self) -> str:
        return f"{self.place}: {self.message}" if self.place else self.message


class SourceError(KgError):
    """A source cannot be read at all."""


class NoPapersError(SourceError):
    """A source was read, and it holds no paper."""

    exit_code = 1


class LexiconError(KgError):
    """A lexicon or corrections file does not follow its schema."""


class PipelineError(KgError):
    """The spaCy pipeline is missing, or its files are not the ones that are pinned."""


class ExportsError(KgError):
    """The exports folder is missing or holds something that no build wrote."""


class QueryError(KgError):
    """A query cannot be understood, or not be run; `line` and `column` count from 1."""

    def __init__(
        self,
        message: str,
        place: str | None = None,
        line: int | None = None,
        column: int | None = None,
    ) -> None:
        super().__init__(message, place)
        self.line = line
        self.column = column


class NoMatchError(KgError):
    """A name matches nothing in the graph; `suggestions` are the nearest labels."""

    exit_code = 1

    def __init__(
        self, message: str, place: str | None = None, suggestions: Sequence[str] = ()
    ) -> None:
        super().__init__(message, place)
        self.suggestions = tuple(suggestions)


class GoldError(KgError):
    """An annotation file does not follow its schema."""


class EndpointError(KgError):
    """A SPARQL server refuses, fails or does not answer."""
