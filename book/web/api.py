"""Pages of the public declarations, a page a module, from the compiler's symbol graphs; into a folder of Markdown pages.

    python3 book/web/api.py .build-web/source

The toolchain's `docc` makes such pages too. They show nothing when opened as files, without a server, and the book's search
does not find them; so these are pages of the book. Without a toolchain there are none, and a line that says so.
"""
import pathlib
import re
import sys

import symbols

MODULES = ["MinimalMatrix", "NumpyStyleRNN", "ManualBPTT", "ExplicitGates", "Scan", "WhileLoop"]


def main(folder):
    if not symbols.tool("swift-symbolgraph-extract"):
        print("no pages of declarations: they need a Swift toolchain")
        return
    symbols.build(MODULES[-1])
    found = symbols.declarations(MODULES)
    places = {id(each): f"declared-{number}" for number, each in enumerate(found)}
    contents = "\n".join(f"api-{module.lower()}" for module in MODULES)
    lines = [f"- [{module}](api-{module.lower()}.md): {count(found, module)}" for module in MODULES]
    (folder / "api.md").write_text(
        "# Declarations\n\nWhat the modules offer to each other and to you, with the comments that stand in the code.\n\n"
        + "\n".join(lines) + "\n\n```{toctree}\n:hidden:\n\n" + contents + "\n```\n")
    for module in MODULES:
        (folder / f"api-{module.lower()}.md").write_text(page(module, found, places))


def count(found, module):
    mine = [each for each in found if each.module == module]
    types = sum(each.kind in TYPES for each in mine)
    return f"{types} types, {len(mine) - types} other declarations"


TYPES = ["swift.struct", "swift.class", "swift.enum", "swift.protocol"]


def page(module, found, places):
    """Type by type, in the order of the files; then functions."""
    groups = {}
    for each in found:
        if each.module == module:
            groups.setdefault((each.home, each.path[0]) if len(each.path) > 1 or each.kind in TYPES else None, []).append(each)
    functions = groups.pop(None, [])
    parts = [f"---\ntocdepth: 2\n---\n\n# {module}\n"]
    for (home, name), members in groups.items():
        members.sort(key=lambda each: len(each.path) > 1)
        if home != module:
            parts.append(f"## More of {name}\n\n{name} is declared in {home}.\n")
        parts += [entry(each, found, places) for each in members]
    if functions:
        parts += ["## Functions\n"] + [entry(each, found, places) for each in functions]
    return "\n".join(parts)


def entry(each, found, places):
    heading = f"## {each.path[0]}" if len(each.path) == 1 and each.kind in TYPES else f"### `{'.'.join(each.path[1:] or each.path)}`"
    return "\n".join([
        f"({places[id(each)]})=", heading + "\n", f"```swift\n{each.text}\n```\n", linked(each, found, places), "",
        "```{rst-class} mirrors\n```", f"[{pathlib.Path(each.file).name}, line {each.line}](../{each.file}#L{each.line})\n"])


def linked(each, found, places):
    """The comment, whose ``links`` lead to the declarations they name."""
    def link(match):
        names = re.sub(r"-\(.*$|-\w+$", "", match[1]).split("/")
        for depth in range(len(each.path), -1, -1):
            for other in found:
                if other.path == each.path[:depth] + names:
                    return f"[`{'.'.join(names)}`](#{places[id(other)]})"
        return f"`{match[1]}`"

    text = re.sub(r"(?<!`)``([^`]+)``(?!`)", link, each.comment)
    # A list may follow a paragraph at once, as docc reads it.
    return re.sub(r"^- (Parameters?\b[^:]*|Returns|Throws|Complexity):", r"- *\1*:", text, flags=re.MULTILINE)


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
