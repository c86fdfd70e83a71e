"""Articles as passages of about 150 words, with title and headings in front: the shape in which the product embeds them."""

import re

PASSAGE_WORDS = 150
_LINK = re.compile(r"!?\[([^\]]*)\]\([^)]*\)")
_HEADING = re.compile(r"^(#{1,6})\s+(.+?)\s*#*$")


def plain(text: str) -> str:
    """Markdown without link targets, images and emphasis marks."""
    return re.sub(r"[*_`]{1,3}", "", _LINK.sub(r"\1", text))


def passages_of(title: str, markdown: str, *, words: int = PASSAGE_WORDS) -> list[str]:
    """At least one passage; sections of a few words are joined with the next, long ones are cut."""
    sections: list[tuple[list[str], list[str]]] = []
    path: list[str] = []
    for line in plain(markdown).splitlines():
        if heading := _HEADING.match(line):
            depth = len(heading[1])
            path = [*path[: depth - 1], heading[2]]
            sections.append((path, []))
        elif line.strip():
            if not sections:
                sections.append(([], []))
            sections[-1][1].extend(line.split())
    passages: list[tuple[list[str], list[str]]] = []
    for headings, found in sections:
        if not found:
            continue
        if passages and (len(passages[-1][1]) < 30 or len(passages[-1][1]) + len(found) <= words // 2):
            passages[-1] = (passages[-1][0], [*passages[-1][1], *headings[-1:], *found])
            continue
        passages.extend((headings, found[start : start + words]) for start in range(0, len(found), words))
    if not passages:
        return [title]
    return [f"{' > '.join([title, *headings])}\n{' '.join(found)}" for headings, found in passages]


def comparable(text: str) -> str:
    """For finding a quotation: case, spacing and marks do not count."""
    return re.sub(r"[\s*_`\[\]]+", " ", plain(text)).strip().lower()


def sentences_of(text: str) -> list[str]:
    """Sentences of running text and items of lists, at least four words each where there are."""
    parts = re.split(r"(?<=[.!?])\s+(?=[A-Z0-9\"“(])|\s+(?=(?:[-•]|\d{1,2}\.)\s)", text)
    return [part.strip() for part in parts if len(part.split()) >= 3]
