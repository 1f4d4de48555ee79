# SPDX-License-Identifier: Apache-2.0
"""Loads a dataset as people do, whole and as a stream, and pushes one made here. Prints one line of JSON."""

import json
import sys

from datasets import Dataset, load_dataset

repository = sys.argv[1]
whole = load_dataset(repository, split="train")
stream = load_dataset(repository, split="train", streaming=True)
Dataset.from_dict({"글": ["가", "나"], "수": [1, 2]}).push_to_hub(f"{repository}-pushed")
pushed = load_dataset(f"{repository}-pushed", split="train")
print(
    json.dumps(
        {"rows": len(whole), "columns": whole.column_names, "first": whole[0], "streamed": sum(1 for _row in stream), "pushed": pushed[1]}
    )
)
