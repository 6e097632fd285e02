"""A covering array: the fewest rows, nearly, in which every pair (or triple, …) of values that can
go together does so at least once.

Greedy, one row at a time, in the way of AETG (Cohen, Dalal, Fredman, Patton: "The AETG system",
IEEE Transactions on Software Engineering 23(7), 1997): of several candidates, each begun with a
combination that is not covered and filled up value by value, the one that covers most is taken.
"""

import itertools
import random

CANDIDATES = 30


# pylint: disable-next=too-many-arguments
def rows(axes, allowed, strength=2, seed=1, given=()):
    """`axes`: name → values. `allowed`: whether a row, or a part of one, as a dictionary, can be.
    `given`: rows that come first, whatever they cover. The same arguments always give the same list of
    dictionaries."""
    chance = random.Random(seed)
    open_ones = set(coverable(axes, allowed, strength))
    chosen = [{name: row[name] for name in axes} for row in given]
    for row in chosen:
        open_ones -= set(_parts(row, strength))
    while open_ones:
        # Sorted, since the order of a set of texts is another in each process.
        first = sorted(open_ones)
        best, best_covers = None, set()
        for _ in range(CANDIDATES):
            row = _candidate(axes, allowed, strength, open_ones, dict(chance.choice(first)), chance)
            covers = open_ones & set(_parts(row, strength)) if row else set()
            if len(covers) > len(best_covers):
                best, best_covers = row, covers
        if best is None:
            raise RuntimeError(f"nothing covers {first[0]}")
        chosen.append({name: best[name] for name in axes})
        open_ones -= best_covers
    return chosen


def coverable(axes, allowed, strength=2):
    """Every combination of `strength` values that some whole row can have."""
    return [part for names in itertools.combinations(sorted(axes), strength)
            for values in itertools.product(*(axes[name] for name in names))
            if _completable(axes, allowed, dict(part := tuple(zip(names, values))))]


def _completable(axes, allowed, row):
    if not allowed(row):
        return False
    missing = next((name for name in axes if name not in row), None)
    return missing is None or any(_completable(axes, allowed, {**row, missing: value})
                                  for value in axes[missing])


def _parts(row, strength):
    return itertools.combinations(sorted(row.items()), strength)


def _candidate(axes, allowed, strength, open_ones, row, chance):
    missing = [name for name in axes if name not in row]
    chance.shuffle(missing)
    for name in missing:
        values = [value for value in axes[name]
                  if _completable(axes, allowed, {**row, name: value})]
        chance.shuffle(values)
        row[name] = max(values, key=lambda value: len(
            open_ones & set(_parts({**row, name: value}, strength))))  # pylint: disable=W0640
    return row
