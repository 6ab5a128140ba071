"""The polynomials of Sources/VectorMath/VectorScalar.swift: those whose largest relative error is least (Remez' exchange).

    python3 minimax.py          needs mpmath; takes a minute
"""

from mpmath import cos, exp, factorial, log, lu_solve, matrix, mp, mpf, nstr, pi, polyval, sqrt

mp.dps = 50


def minimax(f, weight, low, high, degree, rounds=10):
    """The coefficients, constant first, and the largest weight(x)·|p(x) − f(x)| on [low, high]."""
    count = degree + 2
    points = [(low + high) / 2 - (high - low) / 2 * cos(pi * i / (count - 1)) for i in range(count)]
    grid = [low + (high - low) * (1 - cos(pi * mpf(i) / 600)) / 2 for i in range(601)]
    for _ in range(rounds):
        # The polynomial whose error at the points is of one size and alternates in sign ...
        rows, values = matrix(count, count), matrix(count, 1)
        for i, x in enumerate(points):
            for j in range(degree + 1):
                rows[i, j] = x**j
            rows[i, degree + 1] = (-1) ** i / weight(x)
            values[i] = f(x)
        coefficients = list(lu_solve(rows, values))[:-1]
        errors = [weight(x) * (polyval(coefficients[::-1], x) - f(x)) for x in grid]
        # ... and new points where its error is largest, one for each run of one sign.
        runs = []
        for x, error in zip(grid, errors):
            if runs and (error > 0) == (runs[-1][1] > 0):
                if abs(error) > abs(runs[-1][1]):
                    runs[-1] = (x, error)
            else:
                runs.append((x, error))
        while len(runs) > count:
            runs.pop(0 if abs(runs[0][1]) < abs(runs[-1][1]) else -1)
        points = [x for x, _ in runs]
    return coefficients, max(abs(error) for error in errors)


def show(name, f, weight, low, high, degree):
    coefficients, error = minimax(f, weight, low, high, degree)
    print(name, "error 2^" + nstr(log(error, 2), 4))
    for c in coefficients:
        print("   ", nstr(c, 20))


# A little more than the interval, and a weight that is never 0.
wider, some = mpf("1.0005"), mpf("1e-6")

reach = log(mpf(2)) / 2 * wider
for name, degree in (("Float.expTail", 4), ("Double.expTail", 9)):
    show(name, lambda r: sum(r**k / factorial(k + 2) for k in range(40)), lambda r: (r * r + some) / exp(r), -reach, reach, degree)

reach = ((sqrt(mpf(2)) - 1) / (sqrt(mpf(2)) + 1)) ** 2 * wider
for name, degree in (("Float.logTail", 2), ("Double.logTail", 6)):
    show(name, lambda z: sum(2 * z**k / (2 * k + 3) for k in range(60)), lambda z: (z + some) / 2, mpf(0), reach, degree)
