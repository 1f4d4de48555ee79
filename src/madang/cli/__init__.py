# SPDX-License-Identifier: Apache-2.0
"""The command line: ``madang COMMAND``.

Exit codes: 0 done; 2 wrong use or a refusal, said in one sentence; 3 done, but something needs attention; 70 a fault of Madang's, never 1;
130 stopped by hand; 141 nobody reads on. A command's modules are loaded when it is called, so ``madang scan`` does not load the web
and ``--help`` is quick.
"""

from madang.cli.tree import commands, main

__all__ = ["commands", "main"]
