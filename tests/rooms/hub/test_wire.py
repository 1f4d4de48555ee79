# SPDX-License-Identifier: Apache-2.0
"""The wire as clients speak it: each address and what it answers. Clients themselves: tests/journeys/test_hub.py."""

import hashlib

from builders import Yard
from hub_wire import Hub
from madang import catalog, kit
from madang.hub import Commit, rules

README = "---\nlicense: apache-2.0\nlanguage:\n- ko\npretty_name: 말뭉치\ntags:\n- speech\n---\n# 말뭉치\n\n음성 자료입니다.\n"


def test_a_token_is_told_who_it_stands_for(hub: Hub, visitor: Hub, yard: Yard) -> None:
    told = hub.ask("GET", "/api/whoami-v2").json()
    assert (told["name"], told["type"], told["auth"]["accessToken"]["role"]) == ("researcher", "user", "write")
    reader = Hub(yard, yard.token_for("reader", kit.Role.READER)).ask("GET", "/api/whoami-v2").json()
    assert reader["auth"]["accessToken"]["role"] == "read"
    assert visitor.ask("GET", "/api/whoami-v2").status_code == 401
    wrong = visitor.ask("GET", "/api/whoami-v2", headers={"Authorization": "Bearer hf_nothing"})
    assert (wrong.status_code, wrong.headers["x-error-message"]) == (401, "Invalid credentials in Authorization header")


def test_a_repository_is_made_once_and_tells_its_address_twice(hub: Hub) -> None:
    body = {"name": "once", "type": "dataset", "visibility": "public"}
    made = hub.ask("POST", "/api/repos/create", json=body)
    assert (made.status_code, made.json()["url"]) == (200, "http://testserver/datasets/researcher/once")
    again = hub.ask("POST", "/api/repos/create", json=body)
    assert (again.status_code, again.json()["url"]) == (409, made.json()["url"])
    assert hub.ask("GET", "/api/datasets/researcher/once").json()["private"] is False


def test_a_commit_is_read_back_file_by_file(hub: Hub) -> None:
    address = hub.create("researcher/speech")
    large = bytes(range(256)) * 100
    sha256 = hub.send("datasets/researcher/speech", large)
    lines = [{"key": "lfsFile", "value": {"path": "data/소리.wav", "algo": "sha256", "oid": sha256, "size": len(large)}}]
    made = hub.commit(address, {"README.md": README, "data/a.csv": "가,나\n1,2\n"}, lines=lines).json()
    assert made["success"] is True
    assert made["commitUrl"] == f"http://testserver/datasets/researcher/speech/commit/{made['commitOid']}"

    told = hub.ask("GET", f"{address}?blobs=true").json()
    assert (told["sha"], told["cardData"]["license"], told["tags"]) == (
        made["commitOid"], "apache-2.0", ["language:ko", "license:apache-2.0", "speech"],
    )  # fmt: skip
    files = {each["rfilename"]: each for each in told["siblings"]}
    assert files["data/a.csv"]["blobId"] == rules.blob_id("가,나\n1,2\n".encode())
    assert files["data/소리.wav"]["lfs"] == {"sha256": sha256, "oid": sha256, "size": len(large), "pointerSize": 130}

    tree = hub.ask("GET", f"{address}/tree/main").json()
    assert [(each["type"], each["path"]) for each in tree] == [("file", "README.md"), ("directory", "data")]
    deep = hub.ask("GET", f"{address}/tree/main?recursive=True").json()
    assert [each["path"] for each in deep] == ["README.md", "data", "data/a.csv", "data/소리.wav"]
    assert hub.ask("GET", f"{address}/tree/main/data").json()[0]["path"] == "data/a.csv"
    paths = hub.ask("POST", f"{address}/paths-info/main", data={"paths": ["data", "README.md", "missing"], "expand": "false"}).json()
    assert [each["type"] for each in paths] == ["directory", "file"]

    here = "/datasets/researcher/speech/resolve"
    head = hub.ask("HEAD", f"{here}/main/data/%EC%86%8C%EB%A6%AC.wav")
    assert (head.headers["etag"], head.headers["content-length"]) == (f'"{sha256}"', str(len(large)))
    assert (head.headers["x-linked-size"], head.headers["x-repo-commit"]) == (str(len(large)), made["commitOid"])
    assert "content-encoding" not in head.headers
    whole = hub.ask("GET", f"{here}/{made['commitOid']}/data/%EC%86%8C%EB%A6%AC.wav")
    assert (whole.status_code, whole.content) == (200, large)
    assert whole.headers["content-disposition"].startswith("attachment")


def test_a_part_of_a_file_is_given_as_asked(hub: Hub) -> None:
    address = hub.create("researcher/parts")
    hub.commit(address, {"a.bin": b"0123456789", "empty": b""})
    here = "/datasets/researcher/parts/resolve/main"

    def part(asked: str) -> tuple[int, bytes, str]:
        answer = hub.ask("GET", f"{here}/a.bin", headers={"Range": asked})
        return answer.status_code, answer.content, answer.headers.get("content-range", "")

    assert part("bytes=2-4") == (206, b"234", "bytes 2-4/10")
    assert part("bytes=7-") == (206, b"789", "bytes 7-9/10")
    assert part("bytes=-3") == (206, b"789", "bytes 7-9/10")
    assert part("bytes=5-99") == (206, b"56789", "bytes 5-9/10")
    assert part("bytes=10-") == (416, b"", "bytes */10")
    assert part("bytes=0-1,4-5")[:2] == (200, b"0123456789")
    assert part("lines=1-2")[:2] == (200, b"0123456789")
    assert hub.ask("GET", f"{here}/a.bin", headers={"Range": "bytes=2-4", "If-Range": '"other"'}).status_code == 200
    assert hub.ask("GET", f"{here}/empty").content == b""


def test_what_stands_there_already_is_told_before_it_is_sent(hub: Hub) -> None:
    address = hub.create("researcher/before")
    hub.commit(address, {"a.txt": "one"})
    asked = {"files": [{"path": "a.txt", "size": 3, "sample": ""}, {"path": "b.bin", "size": 1 << 40, "sample": ""}]}
    told = hub.ask("POST", f"{address}/preupload/main", json=asked).json()["files"]
    assert told == [
        {"path": "a.txt", "uploadMode": "regular", "shouldIgnore": False, "oid": rules.blob_id(b"one")},
        {"path": "b.bin", "uploadMode": "lfs", "shouldIgnore": False},
    ]


def test_a_commit_sent_twice_is_one(hub: Hub) -> None:
    address = hub.create("researcher/twice")
    first = hub.ask("GET", address).json()["sha"]
    made = hub.commit(address, {"a": "1"}, parent=first).json()["commitOid"]
    assert hub.commit(address, {"a": "1"}, parent=first).json()["commitOid"] == made
    assert hub.commit(address, {"a": "1"}).json()["commitOid"] == made
    assert len(hub.ask("GET", f"{address}/commits/main").json()) == 2


def test_a_commit_on_a_moved_head_is_refused(hub: Hub) -> None:
    address = hub.create("researcher/moved-head")
    first = hub.ask("GET", address).json()["sha"]
    hub.commit(address, {"a": "1"})
    late = hub.commit(address, {"a": "2"}, parent=first)
    assert (late.status_code, late.json()["code"]) == (412, "head-moved")
    assert hub.commit(address, {"b": "2"}).status_code == 200  # nobody says on which head: on the newest


def test_files_and_folders_go(hub: Hub) -> None:
    address = hub.create("researcher/going")
    hub.commit(address, {"a": "1", "d/x": "2", "d/e/y": "3", "dd": "4"})
    gone = [{"key": "deletedFile", "value": {"path": "a"}}, {"key": "deletedFolder", "value": {"path": "d/"}}]
    hub.commit(address, lines=gone)
    assert [each["path"] for each in hub.ask("GET", f"{address}/tree/main?recursive=true").json()] == ["dd"]
    assert hub.ask("GET", f"{address}/tree/main/d").headers["x-error-code"] == "EntryNotFound"


def test_branches_and_tags_are_made_listed_and_removed(hub: Hub) -> None:
    address = hub.create("researcher/refs")
    first = hub.commit(address, {"a": "1"}).json()["commitOid"]
    assert hub.ask("POST", f"{address}/branch/dev%2Fx", json={}).status_code == 200
    assert hub.ask("POST", f"{address}/branch/dev%2Fx", json={}).status_code == 409
    second = hub.commit(address, {"a": "2"}, branch="dev%2Fx").json()["commitOid"]
    assert hub.ask("GET", "/datasets/researcher/refs/resolve/dev%2Fx/a").content == b"2"
    assert hub.ask("GET", "/datasets/researcher/refs/resolve/main/a").content == b"1"
    assert hub.ask("POST", f"{address}/tag/main", json={"tag": "v1", "message": "one"}).status_code == 200
    told = hub.ask("GET", f"{address}/refs?include_prs=1").json()
    assert [(each["name"], each["targetCommit"]) for each in told["branches"]] == [("main", first), ("dev/x", second)]
    assert [(each["ref"], each["targetCommit"]) for each in told["tags"]] == [("refs/tags/v1", first)]
    assert told["converts"] == []
    assert hub.ask("GET", f"{address}/revision/v1").json()["sha"] == first
    assert hub.ask("GET", f"{address}/revision/refs%2Fheads%2Fdev%2Fx").json()["sha"] == second
    assert hub.ask("DELETE", f"{address}/branch/dev%2Fx").status_code == 200
    assert hub.ask("DELETE", f"{address}/tag/v1").status_code == 200
    assert hub.ask("DELETE", f"{address}/branch/main").status_code == 403
    assert hub.ask("GET", f"{address}/revision/v1").headers["x-error-code"] == "RevisionNotFound"
    for wrong in ("a..b", "refs%2Fx", "a%20b", "HEAD", "a" * 40, "x.lock", "%00"):
        assert hub.ask("POST", f"{address}/branch/{wrong}", json={}).status_code in (400, 404), wrong


def test_a_repository_moves_and_goes(hub: Hub) -> None:
    address = hub.create("researcher/old-name")
    hub.commit(address, {"a": "1"})
    body = {"fromRepo": "researcher/old-name", "toRepo": "researcher/new-name", "type": "dataset"}
    assert hub.ask("POST", "/api/repos/move", json=body).status_code == 200
    assert hub.ask("GET", "/datasets/researcher/new-name/resolve/main/a").content == b"1"
    assert hub.ask("GET", address).status_code == 404
    gone = {"name": "new-name", "organization": "researcher", "type": "dataset"}
    assert hub.ask("DELETE", "/api/repos/delete", json=gone).status_code == 200
    assert hub.ask("DELETE", "/api/repos/delete", json=gone).headers["x-error-code"] == "RepoNotFound"
    again = hub.create("researcher/new-name")
    assert hub.ask("GET", f"{again}/tree/main").json() == []


def test_lists_are_filtered_and_go_on_where_they_end(hub: Hub, visitor: Hub) -> None:
    for name in ("listed-a", "listed-b", "listed-c"):
        hub.commit(hub.create(f"researcher/{name}", private=name == "listed-c"), {"README.md": README})
    found = hub.ask("GET", "/api/datasets?search=listed&filter=license:apache-2.0&limit=2")
    assert [each["id"] for each in found.json()] == ["researcher/listed-c", "researcher/listed-b"]
    after = found.headers["link"].removeprefix("<").partition(">")[0]
    assert [each["id"] for each in hub.ask("GET", after).json()] == ["researcher/listed-a"]
    assert {each["id"] for each in visitor.ask("GET", "/api/datasets?search=listed").json()} == {
        "researcher/listed-a",
        "researcher/listed-b",
    }
    assert hub.ask("GET", "/api/datasets?search=listed&filter=license:mit").json() == []
    assert hub.ask("GET", "/api/models?author=researcher").json() == []
    assert hub.ask("GET", "/api/datasets?search=listed-a&full=true").json()[0]["cardData"]["license"] == "apache-2.0"


def test_a_model_stands_under_its_bare_name(hub: Hub) -> None:
    address = hub.create("researcher/net", kind="model")
    sha256 = hub.send("researcher/net", b"weights" * 100)
    lines = [{"key": "lfsFile", "value": {"path": "model.safetensors", "algo": "sha256", "oid": sha256}}]
    hub.commit(address, {"README.md": "---\nlicense: mit\npipeline_tag: text-classification\n---\n"}, lines=lines)
    assert hub.ask("GET", "/researcher/net/resolve/main/model.safetensors").content == b"weights" * 100
    told = hub.ask("GET", address).json()
    assert (told["modelId"], told["pipeline_tag"]) == ("researcher/net", "text-classification")


def test_the_cards_licence_is_stated_where_terms_flow(hub: Hub, yard: Yard) -> None:
    address = hub.create("researcher/licensed")
    hub.commit(address, {"README.md": "---\nlicense: cc-by-nc-4.0\n---\n"})
    asset = yard.get("/api/v1/assets/dataset/researcher/licensed")
    assert (asset["declared_license_expression"], asset["version"], asset["files"]) == ("CC-BY-NC-4.0", "1", 1)
    told = yard.get("/api/v1/assets/dataset/researcher/licensed/versions/1/terms")
    assert told["license"] == "CC-BY-NC-4.0"
    assert next(each["verdict"] for each in told["goals"] if each["goal"] == "sell") != "yes"


def test_what_a_card_says_that_a_model_is_made_of_is_its_lineage(hub: Hub, yard: Yard) -> None:
    hub.commit(hub.create("researcher/corpus"), {"README.md": "---\nlicense: cc-by-nc-4.0\n---\n"})
    address = hub.create("researcher/tuned", kind="model")
    matter = "license: mit\nbase_model: lab/elsewhere\ndatasets: [researcher/corpus]"
    hub.commit(address, {"README.md": f"---\n{matter}\n---\n"})
    edges = yard.get("/api/v1/assets/model/researcher/tuned/versions/1/derivations")["items"]
    assert sorted((each["kind"], each["name"]) for each in edges) == [
        ("fine-tuned-from", "pkg:huggingface/lab/elsewhere"), ("trained-on", "dataset/researcher/corpus@1"),
    ]  # fmt: skip
    terms = yard.get("/api/v1/assets/model/researcher/tuned/versions/1/terms")
    assert next(each["verdict"] for each in terms["goals"] if each["goal"] == "sell") != "yes"


def test_each_commit_on_the_main_branch_is_a_version(hub: Hub, yard: Yard) -> None:
    address = hub.create("researcher/versions")
    made = [hub.commit(address, {"a": text}).json()["commitOid"] for text in "12"]
    hub.ask("POST", f"{address}/branch/dev", json={})
    hub.commit(address, {"a": "3"}, branch="dev")
    with yard.house.database.reading() as session:
        asset = catalog.get_asset(session, "dataset", "researcher", "versions", viewer=kit.SYSTEM)
        versions = catalog.versions_of(session, asset, limit=9)
        heads = [session.get_one(Commit, (asset.id, version.commit)) for version in versions]
    assert [version.commit for version in versions] == made[::-1]
    assert [version.content for version in versions] == [head.tree for head in heads]
    path = "/api/v1/assets/dataset/researcher/versions/versions"
    assert [each["source"]["commit"] for each in hub.ask("GET", path).json()["items"]] == made[::-1]
    assert hub.ask("GET", f"{path}/1").json()["content"] == versions[1].content


def test_git_clients_get_large_files_where_they_are_told(hub: Hub) -> None:
    hub.create("researcher/lfs")
    data = b"large" * 1000
    sha256 = hub.send("datasets/researcher/lfs", data)
    other = hashlib.sha256(b"other").hexdigest()
    body = {"operation": "download", "objects": [{"oid": sha256, "size": len(data)}, {"oid": other, "size": 5}]}
    told = hub.ask("POST", "/datasets/researcher/lfs.git/info/lfs/objects/batch", json=body).json()["objects"]
    assert told[1]["error"]["code"] == 404
    again = {"operation": "upload", "objects": [{"oid": sha256, "size": len(data)}]}
    assert "actions" not in hub.ask("POST", "/datasets/researcher/lfs.git/info/lfs/objects/batch", json=again).json()["objects"][0]
    verify = "/datasets/researcher/lfs.git/info/lfs/objects/verify"
    assert hub.ask("POST", verify, json={"oid": sha256, "size": len(data)}).status_code == 200
    assert hub.ask("POST", verify, json={"oid": other, "size": 5}).status_code == 400
