# SPDX-License-Identifier: Apache-2.0
"""What the flow of terms costs on graphs of ten thousand to a million nodes, and against a general engine (clingo) on the same graph.

    bench/terms.py [--nodes N,N,…] [--asked N] [--json] [--no-peer]

Milliseconds of CPU, with the shipped table of transfer and both readings in one pass. Each size runs in a process of its own, whose largest
memory is told. The graph has the shape of a catalogue: three of ten things are made of nothing, the rest of 2.8 others in the mean, popular
ones far more often; software of software, datasets of datasets, models of datasets and models, services of models and software; licences
as common as they are, some with a choice, some not said. clingo runs in an environment of its own, on the largest graph that it ends
within a minute, and must find the same facts.
"""

import argparse
import gc
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Callable, Iterable
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from madang import licensing, terms
from madang.terms import flow
from madang.terms.model import Own
from madang.terms.own import Book, cells

Spread = dict[str, float]
Rows = tuple[tuple[str | None, int], ...]
DAY = date(2026, 11, 1)
CLINGO = "5.8.0"
POPULARITY = 2.0
"""How much likelier an older thing is to be taken: the power of a draw between 0 and 1."""
TYPES: Rows = (("software", 70), ("dataset", 12), ("model", 13), ("service", 4), ("document", 1))
LICENCES: dict[str, Rows] = {
    "software": (
        ("MIT", 380), ("Apache-2.0", 200), ("BSD-3-Clause", 110), ("ISC", 50), ("BSD-2-Clause", 30), ("GPL-3.0-or-later", 35),
        ("GPL-2.0-only", 30), ("LGPL-2.1-or-later", 25), ("MPL-2.0", 20), ("AGPL-3.0-only", 12), ("EPL-2.0", 8), ("0BSD", 8), ("Zlib", 8),
        ("Unlicense", 8), ("MIT OR Apache-2.0", 30), ("MIT OR GPL-2.0-only", 6), ("GPL-2.0-only WITH Classpath-exception-2.0", 5),
        ("LicenseRef-proprietary-terms", 15), (None, 20),
    ),
    "dataset": (
        ("CC-BY-4.0", 30), ("CC-BY-SA-4.0", 12), ("CC0-1.0", 12), ("CC-BY-NC-4.0", 12), ("ODbL-1.0", 5), ("CDLA-Permissive-2.0", 4),
        ("LicenseRef-KOGL-1", 6), ("LicenseRef-KOGL-4", 3), ("MIT", 8), ("Apache-2.0", 6), (None, 12),
    ),
    "model": (("Apache-2.0", 45), ("MIT", 20), ("CC-BY-NC-4.0", 8), ("CC-BY-4.0", 6), ("GPL-3.0-only", 2), (None, 14)),
    "service": (("LicenseRef-proprietary-terms", 70), ("Apache-2.0", 20), (None, 10)),
    "document": (("CC-BY-4.0", 60), ("LicenseRef-KOGL-4", 20), (None, 20)),
}  # fmt: skip
KINDS: dict[str, dict[str, Rows]] = {
    "software": {
        "*": (("links-dynamic", 55), ("contains", 20), ("links-static", 12), ("separate-process", 6), ("modifies", 4), ("aggregates", 3))
    },
    "dataset": {"dataset": (("contains", 6), ("modifies", 3), ("merged-from", 1)), "*": (("built-with", 1),)},
    "model": {
        "dataset": (("trained-on", 8), ("evaluated-on", 2)),
        "model": (("fine-tuned-from", 7), ("merged-from", 2), ("distilled-from", 1)),
        "*": (("built-with", 1),),
    },
    "service": {"model": (("served-as", 1),), "service": (("calls", 1),), "*": (("contains", 5), ("separate-process", 2))},
    "document": {"*": (("documents", 1),)},
}  # fmt: skip


class Made:
    """One graph: columns by node and by edge."""

    def __init__(self, nodes: int, seed: int) -> None:
        draw = np.random.default_rng(seed)
        chance = random.Random(seed)
        names, weights = zip(*TYPES, strict=True)
        self.types = draw.choice(len(names), nodes, p=np.array(weights) / sum(weights))
        self.type_names: tuple[str, ...] = tuple(map(str, names))
        self.licences = [_drawn(chance, LICENCES[names[number]]) for number in self.types.tolist()]
        whole = np.flatnonzero(draw.random(nodes) < 0.7)[1:]
        made = np.sort(draw.choice(whole, int(nodes * 2.8)))
        popular = (made * draw.random(len(made)) ** POPULARITY).astype(np.int64)
        sources = np.minimum(popular, made - 1)
        pairs = np.unique(np.stack([made, sources], axis=1), axis=0)
        self.targets, self.sources = pairs[:, 0].astype(np.int32), pairs[:, 1].astype(np.int32)
        self.kinds = [
            self._kind(chance, source, target) for source, target in zip(self.types[self.sources], self.types[self.targets], strict=True)
        ]
        self.modified = draw.choice([0, 1, 2], len(pairs), p=[0.7, 0.1, 0.2]).tolist()

    def _kind(self, chance: random.Random, source: int, target: int) -> str:
        table = KINDS[self.type_names[target]]
        return _drawn(chance, table.get(self.type_names[source], table["*"])) or "contains"

    def over(self, edge: int) -> terms.EdgeClass:
        """The class of an edge."""
        modified = (False, True, None)[self.modified[edge]]
        return terms.EdgeClass(self.kinds[edge], self.type_names[self.types[self.targets[edge]]], modified, True)

    def node(self, number: int) -> terms.Node:
        """A node as a verdict wants it."""
        return terms.Node(str(number), self.type_names[self.types[number]], license=self.licences[number])

    def edge(self, number: int) -> terms.Edge:
        """An edge as a verdict wants it."""
        return terms.Edge(
            str(self.sources[number]), str(self.targets[number]), self.kinds[number], modified=(False, True, None)[self.modified[number]]
        )


class Held:
    """The same graph in memory, with what each licence brings as bits: of a choice what all alternatives bring."""

    def __init__(self, made: Made) -> None:
        self.made = made
        licences = sorted({each for rows in LICENCES.values() for each, _weight in rows if each})
        everything = [one for text in licences for term in licensing.terms(text) for one in cells(term)] + list(Book().nothing())
        overs = list(dict.fromkeys(made.over(edge) for edge in range(len(made.kinds))))
        self.index = terms.FactIndex(((one.family, one.fact) for one in everything), overs)
        self.table = flow.table_of(self.index, overs)
        nothing = self._bits(Book().nothing())
        self.brings: dict[str | None, int] = {None: nothing, **{text: self._least(licensing.choices(text)) for text in licences}}
        words = {text: flow.words_of(bits, self.table.relations.words) for text, bits in self.brings.items()}
        own = np.array([words[text] for text in made.licences], dtype=np.uint64)
        classes = np.fromiter((self.table.numbers[made.over(edge)] for edge in range(len(made.kinds))), dtype=np.uint16)
        started = time.process_time()
        self.graph = flow.Resident(self.table.relations, own, made.sources, made.targets, classes)
        self.build_ms = (time.process_time() - started) * 1e3

    def _least(self, tree: licensing.Tree) -> int:
        if isinstance(tree, licensing.Term):
            return self._bits(cells(str(tree)))
        found = [self._least(part) for part in tree.parts]
        whole = found[0]
        for each in found[1:]:
            whole = whole | each if tree.all_of else whole & each
        return whole

    def _bits(self, own: Iterable[Own]) -> int:
        bits = 0
        for one in own:
            bits |= self.index.of(one)
        return bits

    def cone(self, node: int) -> terms.Graph:
        """A node and all that it is made of, as a verdict wants it."""
        found, waiting, edges = {node}, [node], []
        for at in waiting:
            for edge, source, _class in self.graph.into(at):
                edges.append(self.made.edge(edge))
                if source not in found:
                    found.add(source)
                    waiting.append(source)
        return terms.Graph({str(each): self.made.node(each) for each in waiting}, tuple(edges))


def measure(nodes: int, asked: int, seed: int = 7) -> dict[str, Any]:
    """All figures of one size, in this process."""
    held = Held(Made(nodes, seed))
    # As a server does when it has loaded: what stands for good is not looked through again whenever a cone is loaded.
    gc.collect()
    gc.freeze()
    graph, chance = held.graph, random.Random(seed)
    edges = graph.edges
    result: dict[str, Any] = {
        "nodes": nodes,
        "edges": edges,
        "bits": held.table.relations.bits,
        "classes": held.table.relations.count - 1,
        "build_ms": held.build_ms,
        "full_ms": _timed(graph.settle_all),
    }
    result["witness"] = _spread([_timed(partial(flow.path, graph, *_asked(graph, chance))) for _ in range(asked)])
    result |= _verdicts(held, chance, asked // 8)
    spent, changed = [], []
    for _ in range(asked):
        spent.append(_timed(lambda: changed.append(float(_change(held, chance)))))
    result["change"], result["changed_nodes"] = _spread(spent), _spread(changed)
    before = graph.states()
    graph.settle_all()
    result["same_as_full"] = bool((graph.states() == before).all())
    result["memory_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return result


def _verdicts(held: Held, chance: random.Random, asked: int) -> dict[str, Spread]:
    """Verdicts of three goals in turn on any nodes, each with loading its cone: alone, with every witness, and with repairs tried."""
    goals = (terms.Goal("open", licence="Apache-2.0"), terms.Goal("sell"), terms.Goal("use"))
    alone, whole, mended, sizes = [], [], [], []
    for number in range(asked):
        node, goal = chance.randrange(len(held.graph)), goals[number % 3]
        started = time.process_time()
        cone = held.cone(node)
        load_ms = (time.process_time() - started) * 1e3
        sizes.append(float(len(cone.nodes)))
        alone.append(load_ms + _timed(partial(terms.verdict, cone, str(node), goal, today=DAY)))
        whole.append(load_ms + _timed(partial(terms.decide, cone, str(node), goal, today=DAY, mends=False)))
        if number % 4 == 0:
            mended.append(load_ms + _timed(partial(terms.decide, cone, str(node), goal, today=DAY)))
    return {"verdict": _spread(alone), "decision": _spread(whole), "with_repairs": _spread(mended), "cone_nodes": _spread(sizes)}


def _asked(graph: flow.Resident, chance: random.Random) -> tuple[int, int]:
    while True:
        node = chance.randrange(len(graph))
        if facts := graph.facts(node):
            numbers = [bit for bit in range(facts.bit_length()) if facts >> bit & 1]
            return node, chance.choice(numbers)


def _change(held: Held, chance: random.Random) -> int:
    """A change as people make them: other terms, evidence, an edge more, less or of another kind; how many nodes have other facts."""
    graph = held.graph
    deed = chance.random()
    if deed < 0.55:
        return len(graph.set_own({chance.randrange(len(graph)): chance.choice(list(held.brings.values()))}))
    if deed < 0.7:
        node = chance.randrange(len(graph))
        return len(graph.stop_at(node, graph.own(node) & chance.getrandbits(held.table.relations.bits)))
    if deed < 0.85:
        source, target = sorted(chance.sample(range(len(graph)), 2))
        return len(graph.add_edge(source, target, chance.randrange(1, held.table.relations.count))[1])
    edge = chance.randrange(graph.edges)
    return len(graph.set_class(edge, 0 if deed < 0.92 else chance.randrange(1, held.table.relations.count)))


# ---- the peer

RULES = "h(V,B) :- e(U,V,C), h(U,A), r(C,A,B).\n#show.\n#show h/2.\n"
SOLVE = """
import resource, sys, clingo
control = clingo.Control(["--warn=none"])
control.load(sys.argv[1])
control.ground([("base", [])])
found = []
control.solve(on_model=lambda model: found.append(len(model.symbols(shown=True))))
spent = resource.getrusage(resource.RUSAGE_SELF)
print(found[0], spent.ru_utime + spent.ru_stime)
"""


def peer(seconds: float = 60) -> dict[str, Any]:
    """The largest of some sizes that clingo ends in time, and how much longer it takes than one full pass with layout."""
    python = _environment()
    best: dict[str, Any] = {}
    for nodes in (1000, 4000, 16_000, 64_000, 128_000, 256_000):
        held = Held(Made(nodes, 7))
        count = sum(held.graph.facts(node).bit_count() for node in range(nodes))
        with tempfile.TemporaryDirectory() as folder:
            program = Path(folder) / "graph.lp"
            program.write_text(_program(held))
            try:
                done = subprocess.run([python, "-c", SOLVE, program], capture_output=True, text=True, timeout=seconds * 3, check=True)
            except subprocess.TimeoutExpired:
                break
        found, spent = done.stdout.split()
        if float(spent) > seconds:
            break
        best = {
            "engine": f"clingo {CLINGO}",
            "nodes": nodes,
            "same_facts": int(found) == count,
            "peer_ms": float(spent) * 1e3,
            "ours_ms": held.build_ms,
            "ratio": float(spent) * 1e3 / held.build_ms,
        }
    return best


def _program(held: Held) -> str:
    lines = [RULES]
    relations = held.table.relations
    for number in range(1, relations.count):
        for bit in range(relations.bits):
            passed = relations.passed(1 << bit, number)
            lines += [f"r({number},{bit},{each})." for each in range(relations.bits) if passed >> each & 1]
    for node in range(len(held.graph)):
        own = held.graph.own(node)
        lines += [f"h({node},{bit})." for bit in range(relations.bits) if own >> bit & 1]
        lines += [f"e({source},{node},{class_})." for _edge, source, class_ in held.graph.into(node)]
    return "\n".join(lines)


def _environment() -> Path:
    base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "madang" / "bench" / f"clingo-{CLINGO}"
    if not (base / "made").exists():
        venv.create(base, with_pip=True, clear=True)
        subprocess.run([base / "bin" / "pip", "install", "-q", f"clingo=={CLINGO}"], check=True)
        (base / "made").touch()
    return base / "bin" / "python"


# ---- figures


def _drawn(chance: random.Random, rows: Rows) -> str | None:
    return chance.choices([each for each, _weight in rows], [weight for _each, weight in rows])[0]


def _timed(deed: Callable[[], object]) -> float:
    started = time.process_time()
    deed()
    return (time.process_time() - started) * 1e3


def _spread(values: list[float]) -> Spread:
    return {"p50": float(np.percentile(values, 50)), "p99": float(np.percentile(values, 99)), "max": max(values)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--nodes", default="10000,100000,1000000")
    parser.add_argument("--asked", type=int, default=2000)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--no-peer", action="store_true")
    parser.add_argument("--one", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        print(json.dumps(measure(options.one, options.asked)))
        return
    rows = []
    for nodes in options.nodes.split(","):
        command = [sys.executable, __file__, "--one", nodes, "--asked", str(options.asked)]
        rows.append(json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout))
        if not options.json:
            _told(rows[-1])
    compared = {} if options.no_peer else peer()
    if options.json:
        print(json.dumps({"sizes": rows, "peer": compared}, indent=1))
    elif compared:
        print(
            "{engine}, {nodes} nodes: {peer_ms:,.0f} ms, ours {ours_ms:,.1f} ms: {ratio:,.0f} times; same facts: {same_facts}".format(
                **compared
            )
        )


def _told(row: dict[str, Any]) -> None:
    print("{nodes:,} nodes, {edges:,} edges, {bits} bits in {classes} classes of edges, {memory_mb:,.0f} MB".format(**row))
    print("  laid out and found {build_ms:,.0f} ms, one full pass {full_ms:,.0f} ms, same after all changes: {same_as_full}".format(**row))
    for name in ("change", "changed_nodes", "witness", "verdict", "decision", "with_repairs", "cone_nodes"):
        print(f"  {name:>20} p50 {{p50:,.3f}}  p99 {{p99:,.2f}}  max {{max:,.2f}}".format(**row[name]))


if __name__ == "__main__":
    main()
