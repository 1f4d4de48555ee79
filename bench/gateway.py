# SPDX-License-Identifier: Apache-2.0
"""What a call through the gateway costs in processor time, durable metering on, against others' gateways and engines on the same machine.

    bench/gateway.py [--json] [--seconds N] [--rounds N] [--connections N] [--peers FOLDER] [--install] [--only NAME,…]
                     [--profile]

Microseconds of CPU per answered request, of the whole process tree of each server, from /proc (ticks of 10 ms); medians of rounds in which
the servers take turns. Every gateway stands before the same nginx, which answers each completion with the same document. Ours is the path
of calls in front of the whole application, as `madang up` serves it: keys, rights, quotas, the engine for upstreams, and each call on the
disk before its last byte. `unmetered` is the same path with a meter that lets everybody in and counts nothing.

nginx and wrk come from the system. LiteLLM (its cheapest mode: no database, one key), Ray Serve and LitServe are installed from the package
index into environments of their own below --peers when --install says so; nothing of ours imports them, and one that is not there is left
out and named. LiteLLM's package of another licence (litellm-enterprise) is taken out again before it is run.
"""

import argparse
import contextlib
import cProfile
import json
import os
import pstats
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
import venv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import uvicorn

from madang import app, forges, gateway, kit, people, serving, settings, usage
from madang.app.connections import Watch, watched
from madang.serving.cards import EngineCard
from madang.serving.engines.upstream import UpstreamEngine

TICKS = os.sysconf("SC_CLK_TCK")
READY_SECONDS = 240.0
KEY = "sk-bench-0123456789"
ASKED = {"model": "bench/chat", "messages": [{"role": "user", "content": "What is a madang? 마당이란?"}], "max_tokens": 64}
ANSWER = {
    "id": "chatcmpl-1", "object": "chat.completion", "created": 1_700_000_000, "model": "bench",
    "choices": [{"index": 0, "message": {"role": "assistant", "content": "A yard that rooms open onto."}, "finish_reason": "stop"}],
    "usage": {"prompt_tokens": 12, "completion_tokens": 8, "total_tokens": 20},
}  # fmt: skip
BATCH, BATCH_SECONDS = 32, 0.002
PACKAGES = {"litellm": ["litellm[proxy]"], "ray": ["ray[serve]"], "litserve": ["litserve"]}
ENGINES = {"echo": "ray", "batch": "ray"}
LUA = """
wrk.method = "POST"
wrk.body = [==[%(body)s]==]
wrk.headers["Content-Type"] = "application/json"
wrk.headers["Authorization"] = "Bearer %(key)s"
done = function(summary, latency, requests)
  local e = summary.errors
  io.write(string.format('\\n{"requests": %%d, "p50": %%f, "p99": %%f, "errors": %%d}\\n', summary.requests,
    latency:percentile(50) / 1000, latency:percentile(99) / 1000, e.connect + e.read + e.write + e.status + e.timeout))
end
"""
NGINX = """
worker_processes 1; daemon off; pid %(folder)s/nginx.pid; error_log /dev/null;
events { worker_connections 4096; }
http {
  access_log off; keepalive_requests 100000000; default_type application/json;
  client_body_temp_path %(folder)s/b; proxy_temp_path %(folder)s/p; fastcgi_temp_path %(folder)s/f; uwsgi_temp_path %(folder)s/u;
  scgi_temp_path %(folder)s/s;
  %(rest)s
}
"""
STUB = "server { listen 127.0.0.1:%(port)d backlog=4096; location / { return 200 '%(answer)s'; } }"
KEYED = """
  map $http_authorization $good { default 0; "Bearer %(key)s" 1; }
  upstream stub { server 127.0.0.1:%(stub)d; keepalive 64; keepalive_requests 100000000; }
  server {
    listen 127.0.0.1:%(port)d backlog=4096;
    location / {
      if ($good = 0) { return 401; }
      proxy_pass http://stub; proxy_http_version 1.1; proxy_set_header Connection "";
    }
  }
"""
LITELLM = """
model_list:
  - {model_name: bench/chat, litellm_params: {model: openai/bench, api_base: "http://127.0.0.1:%(stub)d/v1", api_key: none}}
general_settings: {master_key: %(key)s}
litellm_settings: {telemetry: false}
"""
RAY = """
import asyncio, sys, time
import ray
from ray import serve
from starlette.requests import Request
ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False)
@serve.deployment(num_replicas=1, max_ongoing_requests=1000)
class Bench:
    async def __call__(self, request: Request):
        body = await request.json()
        return body if request.url.path.startswith("/echo") else await self.batch(body)
    @serve.batch(max_batch_size=32, batch_wait_timeout_s=0.005)
    async def batch(self, bodies):
        await asyncio.to_thread(time.sleep, 0.002)
        return bodies
serve.start(http_options={"host": "127.0.0.1", "port": int(sys.argv[1])})
serve.run(Bench.bind(), route_prefix="/")
time.sleep(100000)
"""
LITSERVE = """
import sys, time
import litserve as ls
class Echo(ls.LitAPI):
    def setup(self, device): pass
    def decode_request(self, request): return request
    def predict(self, x):
        if isinstance(x, list): time.sleep(0.002)
        return x
    def batch(self, inputs): return list(inputs)
    def unbatch(self, outputs): return outputs
    def encode_response(self, output): return output
class Batched(Echo): pass
ls.LitServer([Echo(api_path="/echo"), Batched(api_path="/batch", max_batch_size=32, batch_timeout=0.005)], accelerator="cpu").run(
    port=int(sys.argv[1]), host="127.0.0.1", generate_client_file=False, num_api_servers=1)
"""


@dataclass
class Target:
    """One server that answers: its process, the address that is asked, and what is sent."""

    name: str
    process: subprocess.Popen[bytes]
    address: str
    body: Mapping[str, Any]
    key: str = KEY
    connections: int = 32
    cpu: list[float] = field(default_factory=list)
    told: list[dict[str, float]] = field(default_factory=list)


def free_port() -> int:
    """A port that nobody has."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def tree_seconds(pid: int) -> float:
    """Processor seconds of a process, of its children and of those that have ended."""
    parents: dict[int, list[int]] = {}
    spent: dict[int, int] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError, IndexError):
                rest = (entry / "stat").read_text().rpartition(")")[2].split()
                parents.setdefault(int(rest[1]), []).append(int(entry.name))
                spent[int(entry.name)] = sum(map(int, rest[11:15]))
    waiting, total = [pid], 0
    while waiting:
        each = waiting.pop()
        total += spent.get(each, 0)
        waiting += parents.get(each, [])
    return total / TICKS


def answers(target: Target) -> bool:
    """Whether the server gives what it should."""
    asked = urllib.request.Request(target.address, json.dumps(target.body).encode(), {"Content-Type": "application/json"})
    asked.add_header("Authorization", f"Bearer {target.key}")
    try:
        with urllib.request.urlopen(asked, timeout=30) as answer:
            return answer.status == 200 and bool(json.load(answer))
    except (OSError, ValueError, urllib.error.URLError):
        return False


def wait_for(target: Target, seconds: float = READY_SECONDS) -> bool:
    """Whether it answers within that time."""
    until = time.monotonic() + seconds
    while time.monotonic() < until and target.process.poll() is None:
        if answers(target):
            return True
        time.sleep(0.5)
    return False


def load(target: Target, folder: Path, seconds: float) -> dict[str, float]:
    """What wrk says of so many seconds of requests."""
    script = folder / f"{target.name}.lua"
    script.write_text(LUA % {"body": json.dumps(target.body), "key": target.key})
    command = ["wrk", "-t1", f"-c{target.connections}", f"-d{seconds:g}s", "--timeout", "60s", "-s", str(script), target.address]
    run = subprocess.run(command, capture_output=True, text=True, check=True)
    told: dict[str, float] = json.loads(run.stdout.splitlines()[-1])
    return told


def measure(targets: list[Target], folder: Path, *, seconds: float, rounds: int) -> None:
    """Every server's cost a request, in turns, so that what else the machine does hits all alike. The first turn only warms up."""
    for turn in range(rounds + 1):
        for target in targets:
            before = tree_seconds(target.process.pid)
            told = load(target, folder, seconds if turn else min(2.0, seconds))
            spent = tree_seconds(target.process.pid) - before
            if turn and told["requests"]:
                target.cpu.append(spent / told["requests"] * 1e6)
                target.told.append(told)


@contextlib.contextmanager
def running(command: list[str], folder: Path, name: str, **environment: str) -> Iterator[subprocess.Popen[bytes]]:
    """A server within the block, with its children."""
    with (folder / f"{name}.log").open("wb") as log:
        process = subprocess.Popen(
            command, env={**os.environ, **environment}, stdout=log, stderr=log, stdin=subprocess.DEVNULL, start_new_session=True
        )
    try:
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


@contextlib.contextmanager
def nginx(folder: Path, name: str, rest: str) -> Iterator[subprocess.Popen[bytes]]:
    """An nginx of one worker."""
    own = folder / name
    own.mkdir()
    (own / "nginx.conf").write_text(NGINX % {"folder": own, "rest": rest})
    with running([shutil.which("nginx") or "/usr/sbin/nginx", "-c", str(own / "nginx.conf"), "-p", str(own)], folder, name) as process:
        yield process


# ---- ours


class Unmetered(usage.Meter):
    """Lets everybody in whose key is known, and counts nothing."""

    def hold(self, grant: usage.Grant, service: usage.Metered, units: int) -> Any:  # noqa: ARG002
        """Nothing is held."""
        return grant

    async def reserve(self, grant: usage.Grant, service: usage.Metered, units: int) -> Any:  # noqa: ARG002
        """Nothing is held."""
        return grant

    async def settle(self, reservation: Any, *, units: int, outcome: str, seconds: float) -> None:
        """Nothing is counted."""

    def release(self, reservation: Any) -> None:
        """Nothing was held."""

    def headers(self, reservation: Any) -> list[tuple[bytes, bytes]]:  # noqa: ARG002
        """Nothing is told."""
        return []


def batched(asked: Sequence[tuple[Any, str]]) -> Sequence[object]:
    """A model that takes two milliseconds, however many it is asked at once."""
    time.sleep(BATCH_SECONDS)
    return [inputs for inputs, _operation in asked]


def engine_of(offer: serving.Offer, stub: int) -> serving.Engine:
    """The engine of one of the three services."""
    if offer.name == "echo":
        return serving.InlineEngine(serving.FUNCTIONS["echo"])
    if offer.name == "batch":
        return serving.InlineEngine(serving.Function(batched, is_quick=False, most=BATCH))
    card = EngineCard(kind="upstream", url=f"http://127.0.0.1:{stub}/v1", wire="openai", model="bench", most=256)
    guard = forges.Guard(allowed_hosts=("127.0.0.1",), allow_http=True)
    return UpstreamEngine(card, guard=lambda: guard, queue=1024, longest=1 << 20)


def profiled(path: gateway.CallPath, to: str) -> Any:
    """The path of calls, with a profile of the loop's thread written there when it ends."""

    profiler = cProfile.Profile()

    async def lived(scope: Any, receive: Any, send: Any) -> None:
        async def tell(message: Any) -> None:
            if message["type"] == "lifespan.startup.complete":
                profiler.enable()
            if message["type"] == "lifespan.shutdown.complete":
                profiler.disable()
                profiler.dump_stats(to)
            await send(message)

        await path(scope, receive, tell if scope["type"] == "lifespan" else send)

    return lived


def serve(home: Path, port: int, stub: int, *, is_metered: bool, profile: str) -> None:
    """Our server: the path of calls in front of the whole application, with three services and one key on a plan with quotas."""
    given = {"MADANG_HOME": str(home), "MADANG_REGISTER_ITSELF": "no", "MADANG_LOG_LEVEL": "warning"}
    house = app.open_house(settings.read(given))
    pages = app.web_application(house)
    with house.database.writing() as session:
        plan = usage.set_plan(session, "bench", given="at-once", by=kit.SYSTEM)
        for every in ("minute", "day", "month"):
            usage.set_quota(session, plan, unit="call", every=every, amount=10**12, by=kit.SYSTEM)
        usage.set_quota(session, plan, unit="token", every="day", amount=10**15, by=kit.SYSTEM)
        account = people.find_account(session, people.OPERATOR)
        assert account is not None
        key = usage.create_key(session, account=account, plan="bench", by=kit.SYSTEM).secret
    kinds = {"chat": ("chat", "token"), "echo": ("function", "call"), "batch": ("function", "call")}
    offers = [
        serving.Offer(name.ljust(26, "0"), "bench", name, "1", task=task, unit=unit, exposure="open")
        for name, (task, unit) in kinds.items()
    ]
    standing = [serving.Standing(offer, (serving.Route(offer.id, "1", "bench"),)) for offer in offers]
    switchboard = serving.Switchboard(lambda: standing, lambda offer, _route: engine_of(offer, stub))
    meter = (usage.Meter if is_metered else Unmetered)(house.database, house.usage_logs, node="bench", limits=house.usage_limits)
    admission = gateway.Admission(meter, switchboard, gateway.Limits(), gateway.Retries(house.database))
    path = gateway.CallPath(pages, admission, gateway.all_wires())
    (home / "bench.key").write_text(key)
    app.serving.keep_what_stands()
    config = uvicorn.Config(
        profiled(path, profile) if profile else path,
        http=watched(Watch(), path.takes),
        host="127.0.0.1",
        port=port,
        log_config=None,
        access_log=False,
        server_header=False,
        lifespan="on",
        proxy_headers=False,
    )
    uvicorn.Server(config).run()


def main() -> None:
    """Measure and tell."""
    options = read_options()
    if options.serve:
        serve(Path(options.serve), options.port, options.stub, is_metered=not options.unmetered, profile=options.profile_to)
        return
    with tempfile.TemporaryDirectory(prefix="madang-bench-") as folder:
        told = run(options, Path(folder))
    print(json.dumps(told, indent=2) if options.json else as_text(told))


def read_options() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--connections", type=int, default=32)
    parser.add_argument("--peers", type=Path, default=Path.home() / ".cache" / "madang-bench")
    parser.add_argument("--install", action="store_true")
    parser.add_argument("--only", default="")
    parser.add_argument("--profile", action="store_true")
    parser.add_argument("--profile-to", default="", help=argparse.SUPPRESS)
    parser.add_argument("--serve", default="", help=argparse.SUPPRESS)
    parser.add_argument("--port", type=int, default=0, help=argparse.SUPPRESS)
    parser.add_argument("--stub", type=int, default=0, help=argparse.SUPPRESS)
    parser.add_argument("--unmetered", action="store_true", help=argparse.SUPPRESS)
    return parser.parse_args()


def peer(options: argparse.Namespace, name: str) -> Path | None:
    """The Python of a peer's environment; None where it is not installed."""
    python: Path = options.peers / name / "bin" / "python"
    if options.install and not (options.peers / name / ".made").exists():
        options.peers.mkdir(parents=True, exist_ok=True)
        venv.create(options.peers / name, with_pip=True, clear=True)
        subprocess.run([python, "-m", "pip", "install", "-q", *PACKAGES[name]], check=True)
        if name == "litellm":
            subprocess.run([python, "-m", "pip", "uninstall", "-q", "-y", "litellm-enterprise"], check=True)
        (options.peers / name / ".made").touch()
    return python if (options.peers / name / ".made").exists() else None


@contextlib.contextmanager
def ours(folder: Path, name: str, stub: int, connections: int, *flags: str) -> Iterator[dict[str, Target]]:
    """Our server and its three services."""
    port, home = free_port(), folder / f"home-{name}"
    command = [sys.executable, __file__, "--serve", str(home), "--port", str(port), "--stub", str(stub), *flags]
    with running(command, folder, name) as process:
        until = time.monotonic() + READY_SECONDS
        while not (home / "bench.key").exists():
            if process.poll() is not None or time.monotonic() > until:
                sys.exit((folder / f"{name}.log").read_text()[-3000:])
            time.sleep(0.2)
        key = (home / "bench.key").read_text()
        calls = f"http://127.0.0.1:{port}/api/v1/services/bench"
        text = {"text": "What is a madang?"}
        targets = {
            "chat": Target(name, process, f"http://127.0.0.1:{port}/v1/chat/completions", ASKED, key, connections),
            "echo": Target(f"{name}-echo", process, f"{calls}/echo/calls", text, key, connections),
            "batch": Target(f"{name}-batch", process, f"{calls}/batch/calls", text, key, connections),
        }
        for target in targets.values():
            if not wait_for(target):
                sys.exit(f"{target.name} does not answer: {(folder / f'{name}.log').read_text()[-3000:]}")
        yield targets


def run(options: argparse.Namespace, folder: Path) -> dict[str, Any]:
    """Every part that this machine can run."""
    only = set(filter(None, options.only.split(",")))
    report: dict[str, Any] = {"cpu_us": {}, "ratios": {}, "latency_ms": {}, "left_out": []}
    stub = free_port()
    with contextlib.ExitStack() as stack:
        stack.enter_context(nginx(folder, "stub", STUB % {"port": stub, "answer": json.dumps(ANSWER)}))
        mine = stack.enter_context(ours(folder, "madang", stub, options.connections))
        if not only or only & {"nginx", "litellm", "metering"}:
            proxies(options, folder, stub, mine, report, only)
        if not only or only & {"ray", "litserve"}:
            engines(options, folder, mine, report)
    if options.profile:
        report["profile"] = profile_of(options, folder)
    report["load"] = {
        "seconds": options.seconds,
        "rounds": options.rounds,
        "connections": options.connections,
        "load_average": os.getloadavg(),
    }
    return report


def profile_of(options: argparse.Namespace, folder: Path) -> list[str]:
    """Where a completion's time goes on our loop: microseconds of each function itself, about three times what they are without a profiler,
    and how often it runs."""
    stub, to = free_port(), folder / "profile"
    with (
        nginx(folder, "profiled-stub", STUB % {"port": stub, "answer": json.dumps(ANSWER)}),
        ours(folder, "profiled", stub, options.connections, "--profile-to", str(to)) as targets,
    ):
        calls = load(targets["chat"], folder, options.seconds)["requests"]
    rows = [
        (own / calls * 1e6, count / calls, f"{Path(file).name}:{line} {name}")
        for (file, line, name), (_primitive, count, own, _whole, _callers) in pstats.Stats(str(to)).stats.items()  # type: ignore[attr-defined]
    ]
    return [f"{own:8.1f} us  {count:6.1f} times  {name}" for own, count, name in sorted(rows, reverse=True)[:30]]


def proxies(options: argparse.Namespace, folder: Path, stub: int, mine: dict[str, Target], report: dict[str, Any], only: set[str]) -> None:
    """A completion through each gateway."""
    with contextlib.ExitStack() as stack:
        targets = [mine["chat"]]
        port = free_port()
        keyed = stack.enter_context(nginx(folder, "nginx", KEYED % {"key": KEY, "stub": stub, "port": port}))
        address = f"http://127.0.0.1:{port}/v1/chat/completions"
        targets.append(Target("nginx", keyed, address, ASKED, connections=options.connections))
        targets.append(stack.enter_context(ours(folder, "unmetered", stub, options.connections, "--unmetered"))["chat"])
        python = peer(options, "litellm") if not only or "litellm" in only else None
        if python is None:
            report["left_out"].append("litellm")
        else:
            port = free_port()
            (folder / "litellm.yaml").write_text(LITELLM % {"stub": stub, "key": KEY})
            command = [
                str(python.with_name("litellm")),
                "--config",
                str(folder / "litellm.yaml"),
                "--port",
                str(port),
                "--num_workers",
                "1",
            ]
            told = {"LITELLM_LOCAL_MODEL_COST_MAP": "True", "LITELLM_LOG": "ERROR", "HOME": str(folder)}
            process = stack.enter_context(running([*command, "--host", "127.0.0.1"], folder, "litellm", **told))
            target = Target("litellm", process, f"http://127.0.0.1:{port}/v1/chat/completions", ASKED, connections=8)
            if wait_for(target):
                targets.append(target)
            else:
                report["left_out"].append("litellm: " + (folder / "litellm.log").read_text(errors="replace")[-800:])
        measure(targets, folder, seconds=options.seconds, rounds=options.rounds)
    tell(report, targets)
    cpu, ratios = report["cpu_us"], report["ratios"]
    ratios["nginx"] = round(cpu["madang"] / cpu["nginx"], 2)
    ratios["metering"] = round(cpu["madang"] / cpu["unmetered"], 3)
    if "litellm" in cpu:
        ratios["litellm"] = round(cpu["litellm"] / cpu["madang"], 1)


def engines(options: argparse.Namespace, folder: Path, mine: dict[str, Target], report: dict[str, Any]) -> None:
    """An echo and a batched model of 2 ms: ours inline, against Ray Serve, else LitServe."""
    for name, source, tries in (("ray", RAY, 3), ("litserve", LITSERVE, 1)):
        python = peer(options, name)
        if python is None:
            report["left_out"].append(name)
            continue
        program = folder / f"{name}_bench.py"  # not called as the package that it imports
        program.write_text(source)
        for attempt in range(1, tries + 1):
            port = free_port()
            told = {"RAY_agent_register_timeout_ms": "200000", "RAY_enable_metrics_collection": "0", "RAY_AUTH_MODE": "disabled"}
            with running([str(python), str(program), str(port)], folder, name, HOME=str(folder), **told) as process:
                text = mine["echo"].body
                theirs = [
                    Target(f"{name}-{each}", process, f"http://127.0.0.1:{port}/{each}", text, connections=options.connections)
                    for each in ENGINES
                ]
                if not all(wait_for(each) for each in theirs):
                    report["left_out"].append(f"{name}, try {attempt}: " + (folder / f"{name}.log").read_text(errors="replace")[-400:])
                    continue
                targets = [mine["echo"], mine["batch"], *theirs]
                measure(targets, folder, seconds=options.seconds, rounds=options.rounds)
            tell(report, targets)
            for each in ENGINES:
                report["ratios"][f"{name}_{each}"] = round(report["cpu_us"][f"{name}-{each}"] / report["cpu_us"][f"madang-{each}"], 1)
            return


def tell(report: dict[str, Any], targets: list[Target]) -> None:
    """The medians stand in the report."""
    for target in targets:
        if not target.cpu:
            report["left_out"].append(f"{target.name} answered nothing")
            continue
        report["cpu_us"][target.name] = round(statistics.median(target.cpu), 1)
        middle = {name: round(statistics.median(each[name] for each in target.told), 2) for name in ("p50", "p99")}
        report["latency_ms"][target.name] = middle | {"errors": sum(each["errors"] for each in target.told)}


def as_text(told: dict[str, Any]) -> str:
    """The report for people."""
    lines = ["CPU a request, microseconds (p50 / p99 ms, errors)"]
    for name, cpu in told["cpu_us"].items():
        late = told["latency_ms"][name]
        lines.append(f"  {name:<16}{cpu:>10,.1f}   {late['p50']:,.1f} / {late['p99']:,.1f}, {late['errors']:.0f}")
    lines += ["ratios"] + [f"  {name:<16}{value:>10,.2f}" for name, value in told["ratios"].items()]
    lines += ["profile of a completion", *told["profile"]] if "profile" in told else []
    return "\n".join([*lines, *(f"left out: {each}" for each in told["left_out"])])


if __name__ == "__main__":
    main()
