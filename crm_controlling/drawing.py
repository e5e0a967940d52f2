"""Charts as SVG, drawn on the server: for pages without scripts, such as a PDF.

Colours are those of the theme: text is `currentColor`, bars take the class `text-primary`. Each chart carries its
text alternative, and figures stand beside the bars: colour never alone says something.
"""

from markupsafe import Markup

WIDTH = 400
LABEL, BAR, ROW = 150, 170, 24  # widths of labels and bars, height of a row
LETTERS = 24
PLOT = (44, 12, 340, 190)  # left, top, width, height of a curve


def _short(text):
    return text if len(text) <= LETTERS else f"{text[: LETTERS - 1].rstrip()}…"


def _frame(height, description, body):
    return Markup(
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %s %s" role="img" aria-label="%s" width="100%%" fill="currentColor" font-size="12">%s</svg>'
    ) % (WIDTH, height, description, Markup().join(body))


def bars(rows, description):
    """Draw horizontal bars, the longest fills the width.

    :param rows: [(label, value, value in words)]; negative values get no bar
    """
    highest = max((value for _label, value, _text in rows), default=0) or 1
    body = []
    for index, (label, value, text) in enumerate(rows):
        top = index * ROW
        width = max(0.0, BAR * value / highest)
        body.append(Markup('<text x="0" y="%s"><title>%s</title>%s</text>') % (top + 16, label, _short(label)))
        body.append(
            Markup('<rect class="text-primary" fill="currentColor" x="%s" y="%s" width="%.1f" height="14"/>')
            % (LABEL, top + 5, width)
        )
        body.append(Markup('<text x="%.1f" y="%s">%s</text>') % (LABEL + width + 6, top + 16, text))
    return _frame(max(ROW, len(rows) * ROW), description, body)


def curve(points, description, axis_x, axis_y):
    """Draw a curve through points of (share, share), both axes from 0 to 100 %, beside the line of equal shares."""
    left, top, width, height = PLOT
    highest = max([1.0, *(y for _x, y in points)])

    def at(x, y):
        return f"{left + width * x:.1f},{top + height * (1 - y / highest):.1f}"

    line = " ".join(at(x, y) for x, y in points)
    body = [
        Markup(
            '<g stroke="currentColor" stroke-opacity="0.25" fill="none"><path d="M%s L%s"/><path d="M%s L%s"/><path d="M%s L%s" stroke-dasharray="4 4"/></g>'
        )
        % (at(0, 0), at(1, 0), at(0, 0), at(0, highest), at(0, 0), at(1, 1)),
        Markup('<polyline class="text-primary" points="%s" fill="none" stroke="currentColor" stroke-width="2.5"/>')
        % line,
    ]
    for share in (0, 0.5, 1):
        label = f"{100 * share:.0f} %"
        x, y = left + width * share, top + height * (1 - share / highest)
        body.append(
            Markup('<text x="%.1f" y="%s" text-anchor="%s">%s</text>')
            % (x, top + height + 15, "end" if share == 1 else "middle", label)
        )
        body.append(Markup('<text x="%s" y="%.1f" text-anchor="end">%s</text>') % (left - 6, y + 4, label))
    body.append(
        Markup('<text x="%s" y="%s" text-anchor="middle">%s</text>') % (left + width / 2, top + height + 32, axis_x)
    )
    body.append(Markup('<text x="%s" y="%s">%s</text>') % (left + 8, top + 4, axis_y))
    return _frame(top + height + 40, description, body)
