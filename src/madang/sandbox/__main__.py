# SPDX-License-Identifier: Apache-2.0
"""The process that is shut in, from its first line: bounds first, foreign code after."""

import json
import socket
import sys

from madang.sandbox import loading
from madang.sandbox.answering import answer
from madang.sandbox.bounds import Bounds
from madang.sandbox.confinement import shut_in
from madang.sandbox.targets import Target

SOCKET = 3


def main() -> None:
    """Told on the command line what to do, this process does it and nothing else."""
    told = json.loads(sys.argv[1])
    target, bounds = Target(**told["target"]), Bounds(**told["bounds"])
    given = shut_in(bounds, [target.folder], told["scratch"])
    if told["task"] == "describe":
        print(json.dumps(loading.describe(target)))
        return
    print(f"started; files {given.files}, calls {given.calls}, user {given.user}", file=sys.stderr, flush=True)
    listener = socket.socket(fileno=SOCKET)
    operations = loading.load(target)
    warm_up = getattr(sys.modules.get(target.module), "warm_up", None)
    if callable(warm_up):
        warm_up()
    answer(listener, target, operations, told["instance"])


if __name__ == "__main__":
    main()
