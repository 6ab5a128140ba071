"""Reference values for the tests in Double: `python3 reference.py > reference.txt` (needs mpmath).

Each line: the function, x, the Double nearest to f(x), both as bits in hexadecimal, and f(x) minus that Double in units of its
last place. An argument sets the number of points of a function, 2000 by default.
"""

import random
import struct
import sys

from mpmath import exp, log, mp, mpf, nstr, tanh

mp.prec = 200


def bits(x):
    return struct.unpack("<Q", struct.pack("<d", x))[0]


def number(b):
    return struct.unpack("<d", struct.pack("<Q", b))[0]


def unit_in_last_place(y):
    exponent = (bits(y) >> 52) & 2047
    return mpf(2) ** (max(exponent, 1) - 1075)


def nearest(y):
    """The Double nearest to y, subnormal ones too: mpmath's own float() rounds those twice."""
    guess = float(y)
    b = bits(guess)
    return min((number(n) for n in (b - 1, b, b + 1) if (n & 0x7FF0000000000000) != 0x7FF0000000000000 and n >= 0),
               key=lambda d: (abs(mpf(d) - y), bits(d) & 1))


def sigmoid(x):
    return 1 / (1 + exp(-x))


def spread(low, high):
    """A number between two of one sign, every exponent as likely as any other."""
    return number(random.randrange(bits(low), bits(high)))


sources = {
    "exp": (exp, [
        lambda: random.uniform(-745.13, 709.78), lambda: random.uniform(-1, 1), lambda: random.uniform(-745.13, -708),
        lambda: spread(1e-17, 700.0), lambda: -spread(1e-17, 740.0)]),
    "log": (log, [
        lambda: spread(5e-324, 1.7e308), lambda: random.uniform(0.5, 2), lambda: 1 + random.choice((-1, 1)) * spread(1e-16, 0.3),
        lambda: spread(5e-324, 2.2e-308), lambda: random.uniform(1, 1000)]),
    "tanh": (tanh, [
        lambda: random.uniform(-1, 1), lambda: random.uniform(0, 19.1), lambda: random.uniform(0.05, 0.6),
        lambda: -spread(1e-300, 20.0), lambda: spread(1e-9, 0.1)]),
    "sigmoid": (sigmoid, [
        lambda: random.uniform(-40, 40), lambda: random.uniform(-745.1, 0), lambda: random.uniform(-5, 5),
        lambda: random.uniform(-745.1, -708), lambda: -spread(1e-17, 40.0)]),
}

count = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
random.seed(1)
for name, (f, generators) in sources.items():
    for i in range(count):
        x = generators[i % len(generators)]()
        exact = f(mpf(x))
        y = abs(exact)
        rounded = nearest(y) if y < mpf(2) ** 1023 else float(y)
        rest = (y - mpf(rounded)) / unit_in_last_place(rounded)
        if exact < 0:
            rounded, rest = -rounded, -rest
        print(name, f"{bits(x):016x} {bits(rounded):016x} {nstr(rest, 6)}")
