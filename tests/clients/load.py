# SPDX-License-Identifier: Apache-2.0
"""Loads a dataset as people do, whole and as a stream. Prints one line of JSON."""

import json
import sys

from datasets import load_dataset

repository = sys.argv[1]
whole = load_dataset(repository, split="train")
stream = load_dataset(repository, split="train", streaming=True)
print(json.dumps({"rows": len(whole), "columns": whole.column_names, "first": whole[0], "streamed": sum(1 for _row in stream)}))
