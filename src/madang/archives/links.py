# SPDX-License-Identifier: Apache-2.0
"""Whether symbolic links stay inside, walked in a drawing of the tree and never on the disk.

Looking at each link's own target is not enough: ``a -> b/..`` leads out when ``b`` is itself a link to the top.
"""

from collections.abc import Mapping

_MOST_HOPS = 40


def leads_out(path: bytes, links: Mapping[bytes, bytes]) -> bool:
    """Whether following the link at ``path`` ever leaves the top folder. A link to nothing does not.

    ``links`` maps each link's path to its target; all other paths count as plain files and folders. After 40 links, where systems give up
    too, further ones count as plain folders: nobody can follow such a circle, but programs that walk it by its letters must not get out
    either.
    """
    standing = path.split(b"/")[:-1]
    waiting = _steps(links[path])
    if waiting is None:
        return True
    hops = 1
    while waiting:
        step = waiting.pop()
        if step == b"..":
            if not standing:
                return True
            standing.pop()
            continue
        standing.append(step)
        target = links.get(b"/".join(standing))
        if target is None or hops == _MOST_HOPS:
            continue
        hops += 1
        standing.pop()
        more = _steps(target)
        if more is None:
            return True
        waiting += more
    return False


def _steps(target: bytes) -> list[bytes] | None:
    """The target's parts, last first; None when it is absolute or no path at all."""
    if target.startswith(b"/") or b"\0" in target:
        return None
    return [part for part in reversed(target.split(b"/")) if part not in (b"", b".")]
