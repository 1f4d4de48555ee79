# SPDX-License-Identifier: Apache-2.0
"""One page that stands alone: no script, nothing from anywhere else, everything that was found escaped."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from html import escape
from typing import TextIO

from madang.scan.formats.table import NOT_SAID, licence_of, nothing, origin, plain
from madang.scan.report import File, Match, Report, Unread
from madang.scan.writing import register, stamp

_STYLE = """
:root{color-scheme:light dark;font:15px/1.5 system-ui,sans-serif}
body{max-width:72rem;margin:0 auto;padding:1.5rem}
h1{font-size:1.6rem;margin:0}h2{font-size:1.1rem;margin:2rem 0 .5rem}
table{border-collapse:collapse;width:100%}
th,td{text-align:left;vertical-align:top;padding:.3rem .6rem;border-bottom:1px solid color-mix(in srgb,currentColor 20%,transparent)}
td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}
td,dd{overflow-wrap:anywhere}
code{font-family:ui-monospace,monospace;font-size:.9em}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.2rem 1.2rem}dt{opacity:.7}dd{margin:0}
ul{margin:0;padding-left:1.1rem}
"""
_CLASSED = 200
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"


@register("html", title="Web page", extension="html", media_type="text/html")
def write(report: Report, stream: TextIO, at: datetime) -> None:
    """The page: what is declared, what was found, where, and what could not be read."""
    name = _text(report.name)
    stream.write(
        f'<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>Licences of {name}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n<main>\n<h1>{name}</h1>\n"
    )
    _facts(stream, report, at)
    _table(stream, "Licences", ("Expression", "Files"), _counts(report.license_counts))
    _table(stream, "Copyright holders", ("Holder", "Files"), _counts(report.holder_counts))
    _table(stream, "Packages", ("Package", "Declared licence", "Manifests"), _packages(report))
    _table(stream, "Files with findings", ("File", "Licence", "Where"), _files(report))
    _table(stream, "Files by class", ("Class", "Files"), _counts(report.class_counts))
    _table(stream, "Files that have a class", ("File", "Class", "Why"), _classes(report))
    _table(stream, "Could not be read", ("Path", "Why"), ((_code(each.path), _text(each.message)) for each in report.unread))
    _table(stream, "Left out", ("Path", "Why"), ((_code(each.path), _text(each.message)) for each in report.skipped))
    _table(stream, "Errors", ("What went wrong",), ((_text(error),) for error in report.errors))
    stream.write("</main>\n</body>\n</html>\n")


def _facts(stream: TextIO, report: Report, at: datetime) -> None:
    totals, engine = report.totals, report.engine
    files = f"{totals.files}, of which {totals.files_with_licence} with a licence, {totals.unread} could not be read"
    facts = {
        "Declared": _code(report.declared_license_expression or nothing(report, "whole-licence")),
        "Declared in": ", ".join(map(_code, report.declared_in)) or "-",
        "Detected": _code(report.license_expression or nothing(report, "files", "file-licences")),
        "Files": NOT_SAID if report.is_open("files") else files,
        **{name: _text(value) for name, value in origin(report)},
        "Engine": _text(f"{engine.name} {engine.version}" + (f", licence data of {engine.data_date}" if engine.data_date else "")),
        "Written": stamp(at),
    }
    stream.write("<dl>\n")
    stream.writelines(f"<dt>{name}</dt><dd>{value}</dd>\n" for name, value in facts.items())
    stream.write("</dl>\n")


def _table(stream: TextIO, title: str, heads: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> None:
    """A section, if there is a row; cells come escaped."""
    started = False
    for row in rows:
        if not started:
            head = "".join(f'<th scope="col">{each}</th>' for each in heads)
            stream.write(f"<h2>{title}</h2>\n<table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n")
            started = True
        stream.write("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>\n")
    if started:
        stream.write("</tbody>\n</table>\n")


def _counts(counts: Mapping[str, int]) -> Iterator[tuple[str, ...]]:
    return ((_code(name), str(number)) for name, number in counts.items())


def _packages(report: Report) -> Iterator[tuple[str, ...]]:
    for each in report.packages:
        where = ", ".join(map(_code, each.datafile_paths))
        yield _code(each.purl or each.name or each.type), _code(licence_of(each)), where


def _files(report: Report) -> Iterator[tuple[str, ...]]:
    for each in report.files:
        if lines := [*_lines(each)]:
            licence = _code(each.detected_license_expression_spdx) if each.detected_license_expression_spdx else "none detected"
            yield _code(each.path), licence, "<ul>" + "".join(f"<li>{_text(line)}</li>" for line in lines) + "</ul>"


def _classes(report: Report) -> Iterator[tuple[str, ...]]:
    """The first files of each class by path, and how many more there are: a tree may hold a hundred thousand vendored ones."""
    shown: Counter[str] = Counter()
    listed: list[File | Unread] = [*report.files, *report.unread]
    for each in sorted(listed, key=lambda each: each.path):
        for name, rule in each.classes.items():
            shown[name] += 1
            if shown[name] <= _CLASSED:
                yield _code(each.path), _text(name), _text(rule)
    for name, count in shown.items():
        if count > _CLASSED:
            yield f"and {count - _CLASSED} more", _text(name), "The CSV and the JSON name them all."


def _lines(file: File) -> Iterator[str]:
    """What was found in a file and where; nothing when nothing was."""
    for detection in file.license_detections:
        for match in detection.matches:
            yield f"{_span(match)}: {match.license_expression_spdx}, score {match.score:g}"
        if not detection.matches:
            yield f"{detection.license_expression_spdx}, where is not said"
    for match in file.license_clues:
        yield f"{_span(match)}: {match.license_expression_spdx}, a clue too weak to count"
    for each in file.copyrights:
        yield f"line {each.start_line}: {each.shown}" if each.start_line else each.shown
    for each in file.authors:
        yield f"line {each.start_line}: author {each.value}"
    for package in file.package_data:
        yield f"package {package.get('purl') or package.get('name') or package.get('type') or 'without a name'}"


def _span(match: Match) -> str:
    return f"line {match.start_line}" if match.start_line == match.end_line else f"lines {match.start_line} to {match.end_line}"


def _text(text: str) -> str:
    return escape(plain(text), quote=True)


def _code(text: str) -> str:
    return f"<code>{_text(text)}</code>"
