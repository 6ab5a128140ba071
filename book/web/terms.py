"""The terms of the glossary, each linked where a page first uses it.

    python3 book/web/terms.py           names what is not linked
    python3 book/web/terms.py --mend    links it

The chapter that the glossary names beside a term is the one that explains it, and needs no link; every other page does, once,
in its text: not in headings, tables, code, formulas, other links, exercises and what is folded. Words of the glossary that
are everyday words too are left alone: only a person can tell in which sense one stands there.
"""
import pathlib
import re
import sys

BOOK = pathlib.Path(__file__).resolve().parent.parent
EVERYDAY = set("""
    candidate carry contract explode floor fold forget id input intensity layer length mask memory mirror output packing
    patience peak piece project rate reach reader recipe reset roof room seed share stack step streams temperature tile
    vanish vocabulary
    """.split())
# What is no text: fenced blocks, folded blocks, comments, headings, tables; and in a line code, formulas, links.
HIDDEN = re.compile(
    r"^ *(?P<fence>`{3,})[^\n]*\n.*?^ *(?P=fence) *$|^<details>.*?^</details>|<!--.*?-->|^#[^\n]*|^ *\|[^\n]*"
    r"|\$`[^`]*`\$|`[^`]*`|!?\[[^\]]*\]\([^)]*\)|^## Exercises\n.*?(?=^## )|^## Sources\n.*", re.DOTALL | re.MULTILINE)


def glossary():
    """For each term its section and the chapter that explains it."""
    terms, section = {}, ""
    text = re.sub(r"\n  ", " ", (BOOK / "glossary.md").read_text())
    for line in text.splitlines():
        if line.startswith("## "):
            section = line[3:].lower().replace(" ", "-")
        for place in re.finditer(r"\*\*([^*]+)\*\*", line):
            chapter = re.search(r"\((\d)\b", line[place.end():])
            for term in place[1].lower().split(", "):
                terms[term] = (section, chapter and chapter[1])
    return {term: place for term, place in terms.items() if term not in EVERYDAY}


def first_uses(page, text, terms):
    """Where each term is first used, unless the page links it: its place, its length, its section."""
    seen = HIDDEN.sub(lambda hidden: re.sub(r"[^\n]", "\0", hidden[0]), text)
    # The longest first: a gradient check is no gradient.
    for term in sorted(terms, key=len, reverse=True):
        section, chapter = terms[term]
        words = r"\s+".join(map(re.escape, term.split()))
        found = list(re.finditer(rf"(?<![\w-]){words}s?(?![\w-])", seen, re.IGNORECASE))
        for use in found:
            seen = seen[:use.start()] + "\0" * len(use[0]) + seen[use.end():]
        linked = re.search(rf"\[{words}s?\]\(glossary\.md#", text, re.IGNORECASE)
        if found and not linked and not page.startswith(f"0{chapter}"):
            yield found[0].start(), len(found[0][0]), section


def main(mend):
    terms, missing = glossary(), 0
    for path in sorted(BOOK.glob("0*.md")):
        text = path.read_text()
        for start, length, section in sorted(first_uses(path.name, text, terms), reverse=True):
            missing += 1
            word = text[start:start + length]
            print(f"{path}:{text.count(chr(10), 0, start) + 1}: “{' '.join(word.split())}” could link to glossary.md#{section}")
            text = f"{text[:start]}[{word}](glossary.md#{section}){text[start + length:]}"
        if mend:
            path.write_text(text)
    print(f"terms: {len(terms)} of the glossary, {missing} not linked where they are first used")
    sys.exit(1 if missing and not mend else 0)


if __name__ == "__main__":
    main("--mend" in sys.argv)
