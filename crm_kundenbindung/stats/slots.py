"""When an appointment may start: intervals of minutes in, moments out.

A minute is a whole number counted from any fixed moment; an interval is a pair (start, stop) without its end.
"""


def merge(intervals):
    """Return the intervals sorted, those that touch or overlap joined, empty ones left out.

    >>> merge([(5, 7), (0, 3), (3, 4), (9, 9)])
    [(0, 4), (5, 7)]
    """
    merged = []
    for start, stop in sorted(intervals):
        if start >= stop:
            continue
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], stop))
        else:
            merged.append((start, stop))
    return merged


def free(work, busy, buffer=0):
    """Return the parts of `work` outside `busy`; before each busy part so many minutes (`buffer`) stay free, too.

    >>> free([(480, 720)], [(540, 600)], buffer=15)
    [(480, 525), (600, 720)]
    """
    blocked, parts = merge((start - buffer, stop) for start, stop in busy), []
    for start, stop in merge(work):
        at = start
        for low, high in blocked:
            if low >= stop:
                break
            if high <= at:
                continue
            if low > at:
                parts.append((at, low))
            at = high
        if at < stop:
            parts.append((at, stop))
    return parts


def starts(parts, duration, step, earliest, latest, clock):
    """Return the moments within free parts at which something of this duration may start.

    :param step: starts lie on a grid of so many minutes of the local day
    :param earliest: first moment allowed
    :param latest: last moment allowed
    :param clock: function from a minute to the minute of its local day, which knows summer and winter time

    >>> starts([(485, 600)], 60, 30, 0, 600, lambda minute: minute)
    [510, 540]
    """
    found = []
    for start, stop in parts:
        at = max(start, earliest)
        while True:
            at += -clock(at) % step
            if at + duration > stop or at > latest:
                break
            found.append(at)
            at += step
    return found
