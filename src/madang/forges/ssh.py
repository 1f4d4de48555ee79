# SPDX-License-Identifier: Apache-2.0
"""How ssh is called for git."""

from pathlib import Path

from madang.forges.addresses import Target


def ssh_command(target: Target, *, home: Path, trusting: bool) -> list[str]:
    """How ssh is called: without a prompt, to the pinned address, with our own key or none, and never on to another machine.

    A person at the command line (``trusting``) uses their own keys and settings.
    """
    if trusting:
        return ["ssh", "-o", "BatchMode=yes"]
    options = {
        "BatchMode": "yes",
        "HostName": target.addresses[0],
        "HostKeyAlias": target.host,
        "StrictHostKeyChecking": "accept-new",
        "UserKnownHostsFile": _quoted(home / "known_hosts"),
        "GlobalKnownHostsFile": "/dev/null",
        "UpdateHostKeys": "no",
        "CanonicalizeHostname": "no",
        "IdentitiesOnly": "yes",
        "IdentityAgent": "none",
        "PreferredAuthentications": "publickey",
        "ProxyCommand": "none",
        "ClearAllForwardings": "yes",
        "ForwardAgent": "no",
        "PermitLocalCommand": "no",
        "ControlMaster": "no",
        "ControlPath": "none",
        "ConnectTimeout": "15",
        "ServerAliveInterval": "15",
    }
    if (home / "ssh_key").exists():
        options["IdentityFile"] = _quoted(home / "ssh_key")
    else:
        # Named none, ssh would offer the keys of whoever runs the platform to every host that a member names.
        options |= {"IdentityFile": "none", "PubkeyAuthentication": "no"}
    command = ["ssh", "-F", "/dev/null"]
    for name, value in options.items():
        command += ["-o", f"{name}={value}"]
    return command


def _quoted(path: Path) -> str:
    """The path as ssh's settings take it: in quotes because of spaces, and without tokens that begin with a percent sign."""
    plain = str(path).replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%")
    return f'"{plain}"'
