"""Makes Workbook.swift from pages of the book, run from the folder of the project.

    python3 Sources/Texts/workbook.py book/README.md book/0[0-3]-*.md > Sources/Texts/Workbook.swift

What a program printed, formulas and comments of HTML are left out: prose and Swift stay. The file was made from the book
as it was on the day when chapter 6 began, and is not made again when the book changes: a network that was trained on it
must find the same text tomorrow.
"""

import re
import sys

assert len(sys.argv) > 1, __doc__
text = "\n".join(open(path, encoding="utf-8").read() for path in sys.argv[1:])
text = re.sub(r"<!--.*?-->\n?", "", text, flags=re.S)
text = re.sub(r"^```(text|math)\n.*?^```\n", "", text, flags=re.S | re.M)
text = re.sub(r"\n{3,}", "\n\n", text)
assert '"""#' not in text and "\\#" not in text

print(
    '''extension Texts {
  /// The workbook's own prose and code: the pages up to chapter 3, frozen when chapter 6 began.
  ///
  /// workbook.py in this folder made this file.
  public static let workbook = #"""'''
)
for line in text.splitlines():
    print("    " + line if line else "")
print('\n    """#\n}')
