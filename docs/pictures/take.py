# SPDX-License-Identifier: Apache-2.0
"""Takes the README's picture: the example's version page, of a platform that starts for it in an empty folder and ends with it."""

import io
import os
import socket
import subprocess
import sys
import tarfile
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
from playwright.sync_api import sync_playwright

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples/licence-conflict"
PICTURE = Path(__file__).parent / "version-page.png"
MADANG = [sys.executable, "-m", "madang"]
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
QUIET = ["--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"]


@contextmanager
def platform(home: Path) -> Iterator[str]:
    """The address of a platform that runs on ``home`` for as long as the block does."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    os.environ |= {"MADANG_HOME": str(home), "MADANG_PORT": str(port), "MADANG_LANGUAGE": "en"}
    process = subprocess.Popen([*MADANG, "up"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    address = f"http://127.0.0.1:{port}"
    try:
        wait_until(lambda: httpx.get(f"{address}/readyz").is_success, seconds=60)
        yield address
    finally:
        process.terminate()
        process.wait(timeout=30)


def wait_until(holds: Callable[[], bool], *, seconds: float) -> None:
    """``holds()`` has been true once; ``TimeoutError`` otherwise. A refused connection is not yet true."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            if holds():
                return
        except httpx.TransportError:
            pass
        time.sleep(0.3)
    raise TimeoutError(f"not in {seconds:.0f} s")


def said(*arguments: str) -> str:
    """What a command prints last."""
    return subprocess.run([*MADANG, *arguments], capture_output=True, text=True, check=True).stdout.strip().splitlines()[-1]


def example_version(address: str) -> str:
    """The example is a verified version; its page's path."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        archive.add(EXAMPLE, arcname="greenhouse")
    token = said("token", "create", "--role", "operator", "--note", "picture")
    with httpx.Client(base_url=f"{address}/api/v1", headers={"Authorization": f"Bearer {token}"}, timeout=60) as client:
        asset = {"kind": "software", "namespace": "operator", "name": "greenhouse", "title": "Greenhouse"}
        client.post("/assets", json=asset).raise_for_status()
        versions = "/assets/software/operator/greenhouse/versions"
        files = {"file": ("greenhouse-1.2.tar.gz", packed.getvalue())}
        answer = client.post(versions, files=files, data={"label": "1.2"}).raise_for_status().json()
        version = f"{versions}/{answer['version']}"
        wait_until(lambda: client.get(version).json()["state"] == "verified", seconds=300)
    return version


def take(address: str, path: str) -> None:
    """The page is in ``PICTURE``: desktop width, light, English."""
    options = [*QUIET, "--no-sandbox"] if os.geteuid() == 0 else QUIET
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=options)
        page = browser.new_page(viewport={"width": 1280, "height": 860}, color_scheme="light", locale="en-GB")
        page.goto(next(word for word in said("link").split() if word.startswith("http")))
        page.locator("form.narrow button").click()
        answer = page.goto(address + path, wait_until="networkidle")
        if answer is None or not answer.ok:
            raise LookupError(f"{path} is not shown")
        page.screenshot(path=PICTURE)
        browser.close()


def main() -> None:
    """Take the picture anew."""
    with tempfile.TemporaryDirectory() as folder, platform(Path(folder)) as address:
        take(address, example_version(address))
    print(f"{PICTURE.relative_to(ROOT)}: {PICTURE.stat().st_size / 1000:.0f} KB")


if __name__ == "__main__":
    main()
