"""Writes Digits.swift beside itself: the images that scikit-learn ships, one a line.

    python Sources/Digits/digits.py digits.csv.gz

The file is sklearn/datasets/data/digits.csv.gz of scikit-learn (1.9.1 was used): 64 pixels from 0 to 16 and the digit,
with commas between them. A pixel becomes one character, 0 to 9 and then a to g; the digit stands first, with a blank
behind it.
"""
import gzip
import pathlib
import sys

SHADES = "0123456789abcdefg"
HEAD = '''/// Handwritten digits, shipped with the workbook.
public enum DigitsText {
  /// 1,797 handwritten digits: in each line the digit, a blank, and the 64
  /// pixels of its image, row after row, from `0` (paper) to `g` (16, ink).
  ///
  /// Optical Recognition of Handwritten Digits (Alpaydin & Kaynak, 1998), UCI
  /// Machine Learning Repository, CC BY 4.0, doi 10.24432/C50P49; the part that
  /// scikit-learn ships. See README.md in this folder.
  public static let images = """
'''

lines = gzip.open(sys.argv[1], "rt").read().split()
assert len(lines) == 1797
text = ""
for line in lines:
    *pixels, digit = map(int, line.split(","))
    assert len(pixels) == 64 and 0 <= digit <= 9
    text += f"    {digit} {''.join(SHADES[p] for p in pixels)}\n"
pathlib.Path(__file__).with_name("Digits.swift").write_text(HEAD + text + '    """\n}\n')
