"""Checks the comments of public declarations, as the compiler hands them on: a reader of the code finds in them what it does,
on which shapes, what goes wrong, and where a formula comes from.

    python3 Tests/WebTests/comments.py

It needs the toolchain and nothing else. The rules, for the matrix and the chapters' libraries:

- Comment: every public declaration has one. What fulfils a requirement of a protocol may leave it to the requirement, a case
  without values to its enum.
- Shapes: a matrix among the parameters or the results has its shape, as `[B × H]`, or in words: a shape, rows, columns, "every
  entry". A property or an operator may leave it to the comment of its type, an initialiser also to those of the properties.
- Stops: where the body, or a function of the file that is not public and that it calls, can stop the program (`require`,
  `fatalError`, `precondition`), the comment says what must hold, or what stops; at the declaration, or at its type.
- Throws: what throws says so, in the same places.
- Source: a cell and an optimiser name the paper, with its year. A cell made of other cells has no formula of its own.
- Names: parameters and ``links`` in comments are those of the code, by the judgement of the toolchain's `docc`.
"""
import json
import pathlib
import re
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "book" / "web"))
import symbols  # noqa: E402

MODULES = [
    "VectorMath", "MinimalMatrix", "NumpyStyleRNN", "ManualBPTT", "ExplicitGates", "Scan", "WhileLoop", "Embeddings",
    "SequenceTasks", "Speed"]
# A target that builds on all of these.
TARGET = "benchmark"

SHAPE = re.compile(r"\[[^\]]*×[^\]]*\]|\b(shapes?|rows?|columns?|entry|entries)\b")
STOPPING = {"require", "fatalError", "precondition", "preconditionFailure"}
OBLIGATION = re.compile(r"\b(must|stops?)\b")
THROWING = re.compile(r"\b(throws|- Throws)\b", re.IGNORECASE)
YEAR = re.compile(r"\b(19|20)\d\d\b")
FUNCTIONS = ["swift.func", "swift.method", "swift.type.method", "swift.func.op", "swift.init", "swift.subscript"]
PROPERTIES = ["swift.property", "swift.type.property", "swift.var"]


def main():
    symbols.build(TARGET)
    found = symbols.declarations(MODULES)
    types, members = {}, {}
    for each in found:
        types.setdefault((each.home, *each.path), each)
        members.setdefault((each.home, *each.path[:-1]), []).append(each)
    sources = {each.file: Source(symbols.ROOT / each.file) for each in found}
    problems = []
    for each in found:
        parent, own = (each.home, *each.path[:-1]), (each.home, *each.path)
        for problem in missing(each, types.get(parent), members[parent], members.get(own, []), sources[each.file]):
            problems.append(f"{each.file}:{each.line}: {'.'.join(each.path)}: {problem}")
    problems += misnamed()
    print("\n".join(dict.fromkeys(problems)))
    print(f"comments: {len(found)} public declarations, {len(problems)} faults")
    sys.exit(1 if problems else 0)


def missing(each, parent, siblings, members, source):
    own, kind = each.comment, each.kind
    both = own + "\n" + (parent.comment if parent else "")
    if not (both if kind == "swift.enum.case" and "(" not in each.text else own).strip():
        yield "no comment"
        return
    if kind in FUNCTIONS + PROPERTIES and re.search(r"\bMatrix\b", each.signature):
        told = own
        if kind in PROPERTIES + ["swift.func.op", "swift.init"]:
            told = both
        if kind == "swift.init":
            told += "\n".join(sibling.comment for sibling in siblings if sibling.kind in PROPERTIES)
        if not SHAPE.search(told):
            yield "no shapes"
    if kind in FUNCTIONS + PROPERTIES and STOPPING & source.calls(each.line) and not OBLIGATION.search(both):
        yield "it can stop the program, and the comment does not say when"
    if re.search(r"\bthrows\b", without_parentheses(each.text)) and not THROWING.search(both):
        yield "it throws, and the comment does not say when"
    optimises = any(member.path[-1] == "update(_:by:)" for member in members)
    is_cell = "Cell" in each.conforms and not re.search(r": Cell\b", each.text)
    if kind == "swift.struct" and (is_cell or optimises) and not YEAR.search(own):
        yield "no source of the formula"


def without_parentheses(text):
    """What a parameter throws is its own affair."""
    shorter = re.sub(r"\([^()]*\)", "", text)
    return text if shorter == text else without_parentheses(shorter)


class Source:
    """A file, which can be asked what a declaration's body calls, by way of the file's other functions too."""

    def __init__(self, path):
        self.lines = path.read_text().splitlines(keepends=True)
        self.functions = {}
        for number, line in enumerate(self.lines, 1):
            if (name := re.search(r"\bfunc (\w+)", line)) and "public" not in line:
                self.functions.setdefault(name[1], set()).update(self.called(number))

    def calls(self, line):
        reached, todo = set(), self.called(line)
        while todo:
            reached |= todo
            todo = set().union(*(self.functions.get(name, set()) for name in todo)) - reached
        return reached

    def called(self, line):
        return set(re.findall(r"\b(\w+)\(", self.body(line)))

    def body(self, line):
        """What stands between the braces of the declaration; nothing where it has none."""
        text = "".join(self.lines[line - 1:])
        text = re.sub(r"//.*", "", text)
        depth = 0
        for place, sign in enumerate(text):
            depth += (sign in "([") - (sign in ")]")
            if sign == "{" and depth == 0:
                return braced(text, place)
            if sign == "\n" and depth == 0 and not re.match(r"\s*(->|where\b|\{|throws\b)", text[place + 1:]):
                return ""
        return ""


def braced(text, start):
    depth = 0
    for place in range(start, len(text)):
        depth += (text[place] == "{") - (text[place] == "}")
        if depth == 0:
            return text[start:place]
    return text[start:]


def misnamed():
    """What docc finds wrong in the comments, but for parameters that it would see described one and all."""
    docc = symbols.tool("docc")
    if docc is None:
        return []
    with tempfile.TemporaryDirectory() as folder:
        symbols.extract(MODULES, folder, "-skip-inherited-docs")
        said = pathlib.Path(folder) / "said.json"
        subprocess.run(
            [docc, "convert", "--additional-symbol-graph-dir", folder, "--output-dir", f"{folder}/made", "--diagnostics-file", said,
             "--fallback-display-name", "Workbook", "--fallback-bundle-identifier", "workbook"], capture_output=True)
        diagnostics = json.loads(said.read_text())["diagnostics"]
    return [
        f"{pathlib.Path(each['source'].removeprefix('file://')).relative_to(symbols.ROOT)}:{each['range']['start']['line']}: "
        f"{each['summary']}" for each in diagnostics if not each["summary"].endswith("is missing documentation")]


if __name__ == "__main__":
    main()
