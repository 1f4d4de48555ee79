# SPDX-License-Identifier: Apache-2.0
"""A whole house in a folder of the test's own, a client that speaks to it, and small sources to give it."""

import gzip
import io
import subprocess
import tarfile
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import databases
import patience
from asking import Client
from madang import app, compliance, jobs, kit, people, scan, settings

HTML = {"Accept": "text/html", "Accept-Language": "en"}


@dataclass
class Yard:
    """A house with an operator's client. ``work`` does what the jobs process would do, at once and in this process."""

    house: app.House
    client: Client
    token: str
    verifier: compliance.Verifier

    @property
    def application(self) -> Any:
        """What the client speaks to."""
        return self.client.app

    @property
    def signed(self) -> dict[str, str]:
        """The operator's headers."""
        return {"Authorization": f"Bearer {self.token}"}

    def token_for(self, name: str, role: kit.Role) -> dict[str, str]:
        """The headers of another account, made when it is missing."""
        with self.house.database.writing() as session:
            account = people.find_account(session, name) or people.create_account(session, name=name, role=role, by=kit.SYSTEM)
            return {"Authorization": f"Bearer {people.create_token(session, account=account, role=role, note='test', by=kit.SYSTEM)}"}

    def register(self, name: str, *, exposure: str = "private") -> str:
        """A new asset of the operator's; its address behind ``/api/v1``."""
        body = {"kind": "software", "namespace": "operator", "name": name, "exposure": exposure}
        answer = self.client.post("/api/v1/assets", json=body, headers=self.signed)
        assert answer.status_code == 201, answer.text
        return f"/api/v1/assets/software/operator/{name}"

    def submit(self, address: str, content: bytes, *, label: str = "") -> dict[str, Any]:
        """A new version from an archive; the answer."""
        files = {"file": ("source.tar.gz", content)}
        answer = self.client.post(f"{address}/versions", files=files, data={"label": label}, headers=self.signed)
        assert answer.status_code == 202, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def work(self, task: str) -> None:
        """Do the task's work now; a refusal fails it as the jobs process would."""
        with self.house.database.reading() as session:
            version_id = compliance.get_task(session, task, viewer=kit.SYSTEM).version.id
        try:
            self.verifier.verify(version_id, task)
        except kit.Refusal as refusal:
            self.verifier.fail(version_id, task, jobs.Failure.of(refusal))

    def get(self, address: str, **options: Any) -> Any:
        """What the address answers the operator, as JSON."""
        answer = self.client.get(address, headers=self.signed, **options)
        assert answer.status_code == 200, answer.text
        return answer.json()


def yard_in(home: Path, pool: scan.Pool, *, kept: bool = False, **environ: str) -> Yard:
    """A house in ``home`` with what a start would prepare, but no process of its own. ``kept`` as in ``databases.Cluster.create``."""
    where = {} if "MADANG_DATABASE_URL" in environ else databases.furnished(home, kept=kept)
    given = settings.read({"MADANG_HOME": str(home), "MADANG_LANGUAGE": "en", **where, **environ})
    house = app.open_house(given)
    with house.database.writing() as session:
        operator = people.find_account(session, people.OPERATOR)
        assert operator is not None
        token = people.create_token(session, account=operator, role=kit.Role.OPERATOR, note="test", by=kit.SYSTEM)
    client = Client(app.web_application(house), follow_redirects=False)
    return Yard(house, client, token, app.verifier_of(house, pool))


def archive(files: Mapping[str, str | bytes], root: str = "source") -> bytes:
    """A tar.gz with these files under one folder: the same bytes for the same files."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        for name, content in files.items():
            data = content.encode() if isinstance(content, str) else content
            member = tarfile.TarInfo(f"{root}/{name}")
            member.size = len(data)
            tar.addfile(member, io.BytesIO(data))
    return gzip.compress(out.getvalue(), mtime=0)


def zipped(files: Mapping[str, bytes]) -> bytes:
    """A zip with these files."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as zip_file:
        for name, content in files.items():
            zip_file.writestr(name, content)
    return out.getvalue()


def repository(folder: Path, files: Mapping[str, str]) -> Path:
    """A Git repository with one commit."""
    folder.mkdir(parents=True)
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content, encoding="utf-8")
    who = ["-c", "user.name=researcher", "-c", "user.email=researcher@example.org"]
    for command in (["init", "-q", "-b", "main"], ["add", "."], [*who, "commit", "-q", "-m", "One"]):
        subprocess.run(["git", *command], cwd=folder, check=True, capture_output=True, timeout=patience.SECONDS)
    return folder
