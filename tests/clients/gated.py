# SPDX-License-Identifier: Apache-2.0
"""What somebody meets with the hub's own client before a gate and behind it: run by tests with HF_ENDPOINT, HF_TOKEN (of whoever wants the
data) and the owner's token as the second argument. Prints one line of JSON."""

import json
import sys
from pathlib import Path

from huggingface_hub import HfApi, hf_hub_download, snapshot_download
from huggingface_hub.errors import GatedRepoError

repository, asker, owner = sys.argv[1], HfApi(), HfApi(token=sys.argv[2])
dataset = {"repo_id": repository, "repo_type": "dataset"}
told: dict[str, object] = {}


def met(deed: object) -> str:
    """What the client raises, or nothing."""
    try:
        deed()  # type: ignore[operator]
    except GatedRepoError as refusal:
        return f"{type(refusal).__name__} {refusal.response.status_code}"
    return "nothing"


owner.create_repo(**dataset, private=False)
owner.upload_file(**dataset, path_or_fileobj=b"# card\n", path_in_repo="README.md")
owner.upload_file(**dataset, path_or_fileobj=b"n\n1\n", path_in_repo="a.csv")
owner.update_repo_settings(**dataset, gated="manual")
told["gated"] = asker.dataset_info(repository).gated
told["card"] = Path(hf_hub_download(**dataset, filename="README.md")).read_text(encoding="utf-8")
told["before"] = [
    met(lambda: hf_hub_download(**dataset, filename="a.csv")),
    met(lambda: hf_hub_download(**dataset, filename="a.csv", token=False)),
    met(lambda: snapshot_download(**dataset)),
    met(lambda: asker.auth_check(**dataset)),
]
who = asker.whoami()["name"]
owner.grant_access(**dataset, user=who)
told["accepted"] = [each.username for each in owner.list_accepted_access_requests(**dataset)] == [who]
told["after"] = Path(hf_hub_download(**dataset, filename="a.csv")).read_text(encoding="utf-8")
told["snapshot"] = sorted(path.name for path in Path(snapshot_download(**dataset)).iterdir())
owner.reject_access_request(**dataset, user=who, rejection_reason="over")
told["withdrawn"] = met(lambda: asker.auth_check(**dataset))
told["rejected"] = [each.status for each in owner.list_rejected_access_requests(**dataset)]
print(json.dumps(told))
