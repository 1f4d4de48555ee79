# SPDX-License-Identifier: Apache-2.0
"""``madang up`` with a stand-in for its two processes: ``up.py HOME PORT``."""

import signal
import sys
from pathlib import Path

from madang import settings, supervisor


def main() -> None:
    # The tests themselves may run under nohup, and would hand its deafness on.
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
    chosen = settings.read({"MADANG_LOG_FORMAT": "text"}, home=Path(sys.argv[1]), port=int(sys.argv[2]))
    supervisor.STOP_SECONDS = 1.0
    program = (sys.executable, str(Path(__file__).with_name("program.py")))
    code = supervisor.up(
        chosen,
        prepare=lambda _settings: "s3cret",
        say=lambda chosen, secret: print("ready", chosen.url, secret, flush=True),
        program=program,
    )
    sys.exit(code)


if __name__ == "__main__":
    main()
