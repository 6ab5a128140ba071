"""The spelling of the book, of the README and of the comments in the code: British, by two libraries' dictionaries.

    python book/web/spelling.py

Hunspell's American dictionary, read by spylls, with codespell's list of British and American pairs, makes a British one.
The book's own words are in words.txt. Code, formulas, and words with a capital inside or a digit are not looked at; a
name may be any that stands in sources.md.
"""
import collections
import importlib.util
import pathlib
import re
import sys

import spylls.hunspell

WEB = pathlib.Path(__file__).resolve().parent
ROOT = WEB.parent.parent


def main():
    dictionary = spylls.hunspell.Dictionary.from_files(str(package("spylls") / "hunspell" / "data" / "en" / "en_US"))
    pairs = [line.split("->") for line in (package("codespell_lib") / "data" / "dictionary_en-GB_to_en-US.txt").open()]
    british = {ours for ours, _ in pairs}
    american = {each.strip() for _, theirs in pairs for each in theirs.split(",")} - british
    own = set((WEB / "words.txt").read_text().split())
    names = set(re.findall(r"[^\W\d_]+", (ROOT / "book" / "sources.md").read_text()))

    def is_right(word):
        if word in own or word.lower() in own | british or word[0].isupper() and word in names:
            return True
        return word.lower() not in american and (dictionary.lookup(word) or dictionary.lookup(word.lower()))

    places = collections.defaultdict(list)
    for file in sorted([ROOT / "README.md", *ROOT.glob("book/*.md"), *code()]):
        text = file.read_text()
        for number, line in enumerate((comments(text) if file.suffix == ".swift" else prose(text)).splitlines(), 1):
            for word in words(line):
                places[word].append(f"{file.relative_to(ROOT)}:{number}")
    wrong = sorted(word for word in places if not is_right(word))
    for word in wrong:
        print(f"{places[word][0]}: {word}" + (", an American spelling" if word.lower() in american else "")
              + (f", and {len(places[word]) - 1} times more" if len(places[word]) > 1 else ""))
    print(f"spelling: {len(places)} different words, {len(wrong)} unknown")
    sys.exit(1 if wrong else 0)


def package(name):
    return pathlib.Path(importlib.util.find_spec(name).submodule_search_locations[0])


def code():
    """All but the texts that the networks learn from."""
    return [file for folder in ["Sources", "Chapters", "Tests"] for file in (ROOT / folder).rglob("*.swift")
            if file.parent.name not in ["Texts", "Digits"]]


def words(line):
    """The words of a line, without code, links, formulas, and the titles of papers, which are as their authors wrote them."""
    line = re.sub(r"\"[^\"]*\"|\$`[^`]*`\$|``.*?``|`[^`]*`|\]\([^)]*\)|<[^>]*>|https?://\S+|\S*[/_\d@#]\S*|\b[\w-]+\.\w+", " ", line)
    found = re.findall(r"[^\W\d_]+(?:['’][^\W\d_]+)?", line)
    # One letter, a capital inside, or a sign beyond Latin: a name in the code, or a formula.
    return [re.sub(r"['’](s|d)$", "", word) for word in found
            if len(word) > 1 and not re.search(r"[A-Z]", word[1:]) and re.fullmatch(r"[A-Za-zÀ-ž'’]+", word)]


def blank(match):
    return "\n" * match[0].count("\n")


def prose(text):
    """A page without fenced blocks and comments, line by line."""
    text = re.sub(r"<!--.*?-->", blank, text, flags=re.DOTALL)
    return re.sub(r"^ *(`{3,})[^\n]*\n.*?^ *\1`* *$", blank, text, flags=re.DOTALL | re.MULTILINE)


def comments(text):
    """The comments of a file, line by line, without the formulas that are set apart in them."""
    lines = [re.match(r"(?:[^\"]|\"[^\"]*\")*?(?<!:)//(/?)(.*)", line) for line in text.splitlines()]
    return re.sub(r"(?<=\n)[^\n`]*(`[^`\n]*\n[^`\n]*`)", lambda m: m[0].replace(m[1], "\n"),
                  "\n".join("" if not line or line[2].startswith("    ") else line[2] for line in lines))


if __name__ == "__main__":
    main()
