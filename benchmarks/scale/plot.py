"""Draws the figures of scale.py as SVG: two panels over the number of rows, CPU for each row and peak memory."""

from __future__ import annotations

import math

WIDTH, HEIGHT, LEFT, TOP, BOTTOM, GAP = 760, 300, 56, 34, 44, 70
PANEL = (WIDTH - LEFT - GAP - 20) / 2
COLOURS = ["#1f6feb", "#d1242f", "#1a7f37", "#8250df"]


def short(rows: int) -> str:
    return f"{rows // 1_000_000}M" if rows >= 1_000_000 else f"{rows // 1_000}k"


def nice_top(value: float) -> float:
    step = 10 ** math.floor(math.log10(value))
    return next(m * step for m in (1, 2, 2.5, 5, 10) if m * step >= value)


def panel(left: float, title: str, rows: list[int], lines: list[tuple[str, list[float]]]) -> list[str]:
    top = nice_top(max(v for _, values in lines for v in values) * 1.1)
    low, high = math.log10(rows[0]), math.log10(rows[-1])
    span = (high - low) or 1.0
    x = lambda n: left + (math.log10(n) - low) / span * PANEL  # noqa: E731
    y = lambda v: HEIGHT - BOTTOM - v / top * (HEIGHT - TOP - BOTTOM)  # noqa: E731
    out = [f'<text x="{left}" y="18" font-weight="bold">{title}</text>']
    for i in range(5):
        value = top * i / 4
        out.append(f'<path d="M{left} {y(value):.1f}h{PANEL:.1f}" stroke="#d0d7de"/>')
        out.append(f'<text x="{left - 6}" y="{y(value) + 4:.1f}" text-anchor="end">{value:g}</text>')
    for n in rows:
        out.append(f'<text x="{x(n):.1f}" y="{HEIGHT - BOTTOM + 16}" text-anchor="middle">{short(n)}</text>')
    out.append(f'<text x="{left + PANEL / 2:.1f}" y="{HEIGHT - 8}" text-anchor="middle">rows</text>')
    labels: list[float] = []  # their heights, so that none stands on another
    for k, (name, values) in enumerate(lines):
        points = " ".join(f"{x(n):.1f},{y(v):.1f}" for n, v in zip(rows, values))
        colour = COLOURS[k]
        out.append(f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2"/>')
        out += [f'<circle cx="{x(n):.1f}" cy="{y(v):.1f}" r="3" fill="{colour}"/>' for n, v in zip(rows, values)]
        height = y(values[-1]) - 7
        while any(abs(height - other) < 13 for other in labels):
            height -= 13
        labels.append(height)
        out.append(f'<text x="{x(rows[-1]):.1f}" y="{height:.1f}" text-anchor="end" fill="{colour}">{name}</text>')
    return out


def svg(results: list[dict]) -> str:
    rows = [r["rows"] for r in results]
    us = lambda name: [r[name]["cpu_s"] * 1e6 / r["rows"] for r in results]  # noqa: E731
    mib = lambda name: [r[name]["peak_mib"] for r in results]  # noqa: E731
    body = panel(
        LEFT, "CPU microseconds for each row", rows,
        [("run", us("run")), ("check NDJSON", us("check_ndjson")), ("check CSV", us("check_csv"))],
    )  # fmt: skip
    body += panel(
        LEFT + PANEL + GAP, "peak memory, MiB", rows,
        [("run", mib("run")), ("resume", mib("resume")), ("check NDJSON", mib("check_ndjson"))],
    )  # fmt: skip
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" viewBox="0 0 {WIDTH} {HEIGHT}" '
        'font-family="sans-serif" font-size="12">'
    )
    return "\n".join([head, f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>', *body, "</svg>", ""])
