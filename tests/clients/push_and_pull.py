# SPDX-License-Identifier: Apache-2.0
"""What a person does with the hub's own client, as they would write it: run by tests with each of its versions, with nothing set but
HF_ENDPOINT and HF_TOKEN. Prints one line of JSON."""

import io
import json
import sys
from pathlib import Path

from huggingface_hub import HfApi, HfFileSystem, hf_hub_download, snapshot_download
from huggingface_hub.errors import EntryNotFoundError, HfHubHTTPError, RepositoryNotFoundError, RevisionNotFoundError

api, repository, folder = HfApi(), sys.argv[1], Path(sys.argv[2])
dataset = {"repo_id": repository, "repo_type": "dataset"}
told: dict[str, object] = {"who": api.whoami()["name"]}

told["address"] = str(api.create_repo(**dataset, private=True))
told["again"] = str(api.create_repo(**dataset, private=True, exist_ok=True)) == told["address"]
first = api.upload_folder(**dataset, folder_path=folder, commit_message="first")
told["first"] = first.oid
told["same"] = api.upload_folder(**dataset, folder_path=folder).oid == first.oid
snapshot = Path(snapshot_download(**dataset))
told["snapshot"] = sorted(path.relative_to(snapshot).as_posix() for path in snapshot.rglob("*") if path.is_file())
told["whole"] = all((snapshot / path).read_bytes() == (folder / path).read_bytes() for path in told["snapshot"])

api.create_branch(**dataset, branch="dev/x")
api.create_tag(**dataset, tag="v1", tag_message="one")
api.upload_file(**dataset, path_or_fileobj=io.BytesIO(b"on a branch"), path_in_repo="말.txt", revision="dev/x")
told["branch"] = Path(hf_hub_download(**dataset, filename="말.txt", revision="dev/x")).read_text(encoding="utf-8")
refs = api.list_repo_refs(**dataset)
told["refs"] = [*(ref.name for ref in refs.branches), *(ref.name for ref in refs.tags)]
told["history"] = [commit.title for commit in api.list_repo_commits(**dataset, revision="dev/x")][-2:]
api.delete_file(**dataset, path_in_repo="말.txt", revision="dev/x")
told["files"] = sorted(api.list_repo_files(**dataset, revision="dev/x")) == told["snapshot"]
told["glob"] = sorted(HfFileSystem().glob(f"datasets/{repository}/data/*"))
information = api.dataset_info(repository, files_metadata=True)
told["card"] = information.card_data.to_dict() if information.card_data else None
told["sizes"] = sum(each.size or 0 for each in information.siblings or ())
told["paths"] = [type(each).__name__ for each in api.get_paths_info(**dataset, paths=["data", "README.md", "none"])]
told["listed"] = [each.id for each in api.list_datasets(search=repository.partition("/")[2], filter="license:apache-2.0")]

refusals: list[str] = []
for deed in (
    lambda: api.dataset_info(f"{repository}-none"),
    lambda: api.dataset_info(repository, revision="none"),
    lambda: hf_hub_download(**dataset, filename="none"),
    lambda: api.create_repo(**dataset),
    lambda: api.create_tag(**dataset, tag="v1"),
    lambda: api.upload_file(**dataset, path_or_fileobj=b"x", path_in_repo="x", parent_commit="0" * 40),
    lambda: HfApi(token="hf_wrong").whoami(),
):
    try:
        deed()
        refusals.append("nothing")
    except (RepositoryNotFoundError, RevisionNotFoundError, EntryNotFoundError) as refusal:
        refusals.append(type(refusal).__name__.removeprefix("Remote"))
    except (HfHubHTTPError, OSError) as refusal:  # 0.36 raises the HTTP library's own at a wrong token
        refusals.append(str(refusal.response.status_code))
told["refusals"] = refusals

moved = f"{repository}-moved"
api.move_repo(from_id=repository, to_id=moved, repo_type="dataset")
told["moved"] = api.dataset_info(moved).id
api.delete_repo(moved, repo_type="dataset")
told["gone"] = api.repo_exists(moved, repo_type="dataset")
print(json.dumps(told))
