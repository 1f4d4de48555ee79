# SPDX-License-Identifier: Apache-2.0
"""Sends a large file with nothing set, changes a little in its middle, and sends it again. Prints one line of JSON on what came of it."""

import json
import random
import sys
from pathlib import Path

from huggingface_hub import HfApi, hf_hub_download

repository, place, size = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
api, dataset = HfApi(), {"repo_id": repository, "repo_type": "dataset"}
api.create_repo(**dataset)
data = random.Random(6).randbytes(size // 2) + b"a line that comes again and again\n" * (size // 68)
place.write_bytes(data)
api.upload_file(**dataset, path_or_fileobj=place, path_in_repo="large.bin")
told = {"whole": Path(hf_hub_download(**dataset, filename="large.bin")).read_bytes() == data}
middle = len(data) // 3
changed = data[:middle] + random.Random(7).randbytes(800) + data[middle:]
place.write_bytes(changed)
api.upload_file(**dataset, path_or_fileobj=place, path_in_repo="large.bin")
told["changed"] = Path(hf_hub_download(**dataset, filename="large.bin")).read_bytes() == changed
print(json.dumps(told))
