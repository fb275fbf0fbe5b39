"""What a link says about the paper behind it: arXiv id, DOI, URL. Pure; nothing is fetched."""

import re
from urllib.parse import unquote, urlsplit

from kg.model import Identifiers
from kg.read.words import words

_ARXIV_NEW = r"\d{4}\.\d{4,5}"
_ARXIV_OLD = r"[a-z][a-z-]*(?:\.[A-Za-z-]{2,})?/\d{7}"
_ARXIV_ID = re.compile(rf"(?<![\w.])({_ARXIV_NEW}|{_ARXIV_OLD})(?:v\d+)?(?!\d)")
_ARXIV_SITES = ("arxiv.org", "alphaxiv.org", "ar5iv.org", "arxiv-vanity.com", "huggingface.co")
_ARXIV_PREFIX = re.compile(r"\barxiv\s*[:/]?\s*(?=\d{4}\.\d|[a-z-]+(?:\.[a-z-]+)?/\d{7})", re.I)
_ARXIV_DOI = re.compile(r"10\.48550/arxiv\.(.+)", re.I)
_DOI = re.compile(r"\b10\.\d{4,9}/[^\s\"<>?#&]+")
_NOTES = (".md", ".markdown", ".mdx", ".rst", ".org", ".txt")
_CLOSERS = {")": "(", "]": "[", "}": "{", ">": "<"}


def parse_identifiers(text: str) -> Identifiers:
    """What a URL or a bare id ("arXiv:1703.06870v3", "doi:10.1000/182") identifies.

    An arXiv id is given without version; a link to arXiv has no `url`, because the id says all
    of it. Any other http(s) link keeps its URL as written, and its DOI where it shows one.
    Empty identifiers are returned for anything else, such as a relative link.
    """
    text = trim_url(text.strip())
    host, path = _host_and_path(text)
    arxiv = _arxiv_id(text, host, path)
    if arxiv is not None:
        return Identifiers(arxiv=arxiv)
    doi = _DOI.search(unquote(path) if host else text)
    return Identifiers(
        doi=_trim_doi(doi.group()) if doi and (host or _names_doi(text)) else None,
        url=text if host else None,
    )


def is_paper_link(url: str) -> bool:
    """Whether a URL leads to a paper, judged by its host and path alone.

    Papers at the sites of publishers and archives, and PDF files anywhere but on code,
    video and blog sites. Not Wikipedia, project pages, slides or posts.
    """
    found = parse_identifiers(url)
    if found.arxiv:
        return True
    host, path = _host_and_path(trim_url(url.strip()))
    if not host:
        return found.doi is not None
    sites = words().sites
    if any(_is_at(host, site) and pattern.search(path) for site, pattern in sites.papers):
        return True
    if any(_is_at(host, site) for site in sites.others):
        return False
    return found.doi is not None or is_paper_file(path)


def is_note_link(target: str) -> bool:
    """Whether a link leads to a file of text beside its own: "cascade_rcnn.md", "../nerf.md#1"."""
    parts = urlsplit(target.strip())
    return not parts.scheme and not parts.netloc and parts.path.lower().endswith(_NOTES)


def is_prior_work_link(target: str) -> bool:
    """Whether a link in a summary leads to another paper, or to notes on one."""
    return is_paper_link(target) or is_note_link(target)


def is_elsewhere(url: str) -> bool:
    """Whether a URL leads to a site that holds code, videos or posts and no papers."""
    host, _ = _host_and_path(trim_url(url.strip()))
    return any(_is_at(host, site) for site in words().sites.others)


def is_paper_file(url: str) -> bool:
    """Whether a URL ends in a document that may be a paper: no slides, no poster."""
    name = url.split("?")[0].split("#")[0].lower()
    return name.endswith((".pdf", ".ps", ".ps.gz", ".pdf/")) and not re.search(
        r"slides?|poster|presentation|lecture|talk|tutorial", name
    )


def year_from_arxiv(arxiv: str) -> int:
    """The year in which an arXiv id was given: 2017 for "1703.06870", 2001 for "cs/0112017"."""
    year = int(arxiv.rsplit("/", 1)[-1][:2])
    return 1900 + year if year >= 91 else 2000 + year


def trim_url(url: str) -> str:
    """`url` without the punctuation and unpaired brackets that a sentence left at its end."""
    while url:
        last = url[-1]
        if last in ".,;:!'\"*" or (
            last in _CLOSERS and url.count(last) > url.count(_CLOSERS[last])
        ):
            url = url[:-1]
        else:
            break
    return url


def _host_and_path(text: str) -> tuple[str, str]:
    if not re.match(r"https?://", text, re.I):
        return "", ""
    try:
        parts = urlsplit(text)
        return (parts.hostname or "").removeprefix("www."), parts.path + _query(parts.query)
    except ValueError:  # an address such as http://[broken
        return "", ""


def _query(query: str) -> str:
    return f"?{query}" if query else ""


def _is_at(host: str, site: str) -> bool:
    return host == site or host.endswith("." + site)


def _arxiv_id(text: str, host: str, path: str) -> str | None:
    if host:
        doi = _ARXIV_DOI.search(unquote(path))
        if doi:
            text = doi.group(1)
        elif any(_is_at(host, site) for site in _ARXIV_SITES):
            text = unquote(path).removesuffix(".pdf")
        else:
            return None
    else:
        doi = _ARXIV_DOI.search(text)
        prefix = _ARXIV_PREFIX.search(text)
        if doi:
            text = doi.group(1)
        elif prefix:
            text = text[prefix.end() :]
        elif _ARXIV_ID.fullmatch(text) is None:
            return None
    found = _ARXIV_ID.search(text) if host else _ARXIV_ID.match(text)
    if found is None:
        return None
    month = int(found.group(1).rsplit("/", 1)[-1][2:4])
    return found.group(1) if 1 <= month <= 12 else None


def _names_doi(text: str) -> bool:
    return re.match(r"(?:doi\s*[:=]?\s*)?10\.", text, re.I) is not None


def _trim_doi(doi: str) -> str:
    return re.sub(r"(?:\.pdf|/full|/abstract|/pdf|/epdf)$", "", trim_url(doi), flags=re.I)
