"""The plan as a plot on a standard markdown card: a template that draws an SVG from the plan's attributes."""

_TEMPLATE = """\
{%- set slots = (state_attr('PLAN', 'next') or []) -%}
{%- set width, height, step = 360, 150, 40 -%}
{%- set ns = namespace(bars='', line='', most=1) -%}
{%- for slot in slots -%}
{%- set ns.most = [ns.most, (slot.grid_energy or 0) | abs] | max -%}
{%- endfor -%}
{%- for slot in slots -%}
{%- set x = 28 + loop.index0 * step -%}
{%- set energy = slot.grid_energy or 0 -%}
{%- set tall = (energy | abs) / ns.most * 60 -%}
{%- set colour = '#488fc2' if energy > 0 else '#8353d1' -%}
{%- set top = 75 - tall if energy > 0 else 75 -%}
{%- set ns.bars = ns.bars ~ '<rect x="' ~ x ~ '" y="' ~ top | round(1) ~ '" width="26" height="' ~ tall | round(1) ~ '" fill="' ~ colour ~ '"/>' -%}
{%- set ns.bars = ns.bars ~ '<text x="' ~ (x + 13) ~ '" y="148" font-size="9" text-anchor="middle" fill="#888">' ~ slot.start | timestamp_custom('%H:%M') ~ '</text>' -%}
{%- if slot.expected_soc is not none -%}
{%- set ns.line = ns.line ~ (x + 13) ~ ',' ~ (135 - slot.expected_soc * 1.2) | round(1) ~ ' ' -%}
{%- endif -%}
{%- endfor -%}
{%- set svg = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 360 150" width="360" height="150" font-family="sans-serif">'
 ~ '<line x1="24" y1="75" x2="352" y2="75" stroke="#888" stroke-width="0.5"/>'
 ~ '<text x="0" y="18" font-size="9" fill="#888">100</text><text x="0" y="138" font-size="9" fill="#888">0 %</text>'
 ~ ns.bars ~ '<polyline points="' ~ ns.line ~ '" fill="none" stroke="#f06292" stroke-width="2"/></svg>' -%}
![The plan of the next slots](data:image/svg+xml;base64,{{ svg | base64_encode }})

Pink: state of charge. Bars: at the meter, up to {{ ns.most }} Wh a slot; blue is drawn, violet is fed in.
Now: **{{ states('PLAN', with_unit=False) }}**{% if slots %}, then {{ slots | map(attribute='mode') | unique | join(', ') }}{% endif %}.
"""


def plan_plot(plan_entity: str) -> str:
    """Return the content of a markdown card that draws the next slots of the plan."""
    return _TEMPLATE.replace("PLAN", plan_entity)
