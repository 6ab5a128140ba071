"""Makes Names.swift from two lists of the U.S. Census Bureau.

    python3 names.py dist.female.first dist.male.first > Names.swift

The lists belong to "Frequently Occurring First Names and Surnames From the 1990 Census":
https://www2.census.gov/topics/genealogy/1990surnames/dist.female.first
https://www2.census.gov/topics/genealogy/1990surnames/dist.male.first
Their columns: name, frequency in percent of the women (men), cumulative frequency, rank.
"""

import re
import sys
import zlib
from collections import defaultdict

frequency = defaultdict(int)  # in thousandths of a percent, the lists' own unit: whole numbers add up exactly
for path in sys.argv[1:]:
    for line in open(path, encoding="ascii"):
        name, percent = line.split()[:2]
        frequency[name.lower()] += round(float(percent) * 1000)

assert len(sys.argv) == 3, __doc__
assert all(re.fullmatch("[a-z]+", name) for name in frequency)

# Hundreds of rare names share a frequency, and the lists have some of those in alphabetical order. A checksum mixes
# them, the same way every time.
names = sorted(frequency, key=lambda name: (-frequency[name], zlib.crc32(name.encode())))

print(
    f'''/// Texts to learn from that come with the workbook.
public enum Texts {{
  /// {len(names):,} first names, one a line, in lower case: nothing but `a` to `z` and the newline that ends every line.
  ///
  /// All first names of the U.S. Census Bureau's "Frequently Occurring First Names and Surnames From the 1990 Census", of
  /// women and men together, the most frequent first; names of the same frequency in a fixed mixed order. A work of the
  /// U.S. government and as such in the public domain (17 U.S.C. § 105).
  ///
  /// Source: https://www2.census.gov/topics/genealogy/1990surnames/dist.female.first and dist.male.first beside it.
  /// names.py in this folder made this file from them.
  public static let names = """'''
)
for name in names:
    print("    " + name)
print('\n    """\n}')
