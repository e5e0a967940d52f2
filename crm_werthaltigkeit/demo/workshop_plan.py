"""When which customer comes, and for what: the rhythm behind the demo workshop's orders. No Odoo in here."""

from dataclasses import dataclass, field
from datetime import timedelta

from . import workshop_texts as texts

HORIZON = 1090  # days back


@dataclass
class Plan:
    """An order or offer to be: who, when, what, and what becomes of it."""

    customer: object
    created: object
    ordered: object = None
    lines: list = field(default_factory=list)
    discount: float = 0.0
    price_factor: float = 1.0
    state: str = "sale"
    sent: str = ""  # "mail", "button" (handed over) or not at all
    campaign: str = ""
    returned: bool = False
    order: object = None


def visits(rng, behaviour, today):
    """Return the days a customer came, oldest first."""
    days = sorted({day for day in _days_ago(rng, behaviour, today) if 0 <= day <= HORIZON}, reverse=True)
    return [today - timedelta(days=day) for day in days]


def _days_ago(rng, behaviour, today):
    if behaviour == "once":
        return [rng.randint(20, HORIZON)]
    if behaviour == "seasonal":
        return list(_seasons(rng, today))
    if behaviour == "new":
        return rng.sample(range(1, 120), rng.randint(1, 3))
    first, last, interval, growth = {
        "fleet": (rng.randint(800, HORIZON), 0, rng.uniform(45, 85), 1.0),
        "loyal": (rng.randint(700, HORIZON), 0, rng.uniform(150, 260), 1.0),
        "growing": (rng.randint(500, 900), 0, rng.uniform(140, 200), 0.84),
        "lapsed": (rng.randint(850, HORIZON), rng.randint(290, 720), rng.uniform(100, 190), 1.0),
        "at_risk": (rng.randint(800, HORIZON), rng.randint(170, 260), rng.uniform(60, 100), 1.0),
        "bargain": (rng.randint(500, 900), 0, rng.uniform(80, 120), 1.0),
    }[behaviour]
    found, day = [], float(first)
    while day >= last:
        found.append(round(day))
        day -= max(9.0, rng.gauss(interval, interval * 0.22))
        interval = max(24.0, interval * growth)
    return found


def _seasons(rng, today):
    """Change of tyres: in the weeks around Easter and at the end of October."""
    for year in range(today.year - 3, today.year + 1):
        for month, day in ((4, 8), (10, 25)):
            if rng.random() < 0.92:
                change = today.replace(year=year, month=month, day=day) + timedelta(days=rng.randint(-16, 18))
                yield (today - change).days


def jobs(rng, behaviour, day):
    """Return the jobs of one visit."""
    if behaviour == "bargain":
        return [rng.choice(("cheap_tyres", "cheap_battery"))]
    if behaviour == "seasonal":
        return ["summer" if day.month < 7 else "winter"]
    count = rng.choice((1, 1, 2)) if behaviour == "fleet" else rng.choice((1, 1, 1, 1, 2))
    found = rng.choices(list(texts.JOB_WEIGHTS), weights=list(texts.JOB_WEIGHTS.values()), k=count)
    if day.month in (3, 4) and rng.random() < 0.45:
        found[0] = "summer"
    if day.month in (10, 11) and rng.random() < 0.5:
        found[0] = "winter"
    return found


def lines(rng, found, vehicles=1):
    """Return [(product code, quantity)] of these jobs, done on so many vehicles."""
    return [
        (code, quantity * vehicles)
        for job in found
        for code, quantity, share in texts.JOBS[job]
        if rng.random() < share
    ]


def vehicles(rng, behaviour, firm):
    """Return how many vehicles come at once: few firms bring most of the work."""
    if not firm:
        return 1
    return rng.choice((2, 2, 3, 4, 5)) if behaviour == "fleet" else rng.choice((1, 1, 1, 2))


def discount(rng, behaviour, day):
    """Return (discount in per cent, campaign)."""
    if behaviour == "bargain":
        return rng.choice((5.0, 10.0, 15.0)), ""
    if day.month in (3, 4) and rng.random() < 0.2:
        return 15.0, f"Frühjahrscheck {day.year}"
    if day.month in (10, 11) and rng.random() < 0.2:
        return 10.0, f"Wintercheck {day.year}"
    if behaviour == "fleet":
        return rng.choice((5.0, 8.0, 8.0)), ""
    return (rng.choice((3.0, 5.0, 10.0)), "") if rng.random() < 0.08 else (0.0, "")
