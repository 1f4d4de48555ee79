# SPDX-License-Identifier: Apache-2.0
"""The tree of commands, and how each ends."""

import importlib
import logging
import os
import sys
from collections.abc import Mapping, Sequence
from typing import NoReturn

import click

from madang.cli.words import translator
from madang.kit import Refusal, _

DAMAGED = _("The database is damaged. Put back a copy of the home folder; `madang doctor` names the file.")
A_FAULT = _("a fault of Madang's (%(name)s); the lines above say where")
WRONG, FAULT, STOPPED, NO_READER = 2, 70, 130, 141
COMMANDS = {
    "up": ("running", "Start the platform on this machine."),
    "scan": ("rooms", "Look into a folder, an archive or a Git address, without any server."),
    "terms": ("rooms", "Say what may be done with a thing, given what it is made of."),
    "licence": ("rooms", "Say what a licence allows and asks, and where it says so."),
    "privacy": ("rooms", "Find personal data in a text, and take it out."),
    "model": ("rooms", "Say what lies in a model's file, and what loading it would call."),
    "service": ("rooms", "Publish an AI service and keep it."),
    "hub": ("rooms", "Look after what was pushed to datasets and models."),
    "register": ("rooms", "Register one address or archive, or a list of them."),
    "link": ("rooms", "Print a one-time sign-in link."),
    "token": ("rooms", "Make, list and revoke access tokens."),
    "key": ("rooms", "Make, list and end keys that call services."),
    "plan": ("rooms", "List and change what one may use, and at what price."),
    "usage": ("rooms", "Print what was used, every acknowledged call."),
    "invoice": ("rooms", "Draft, issue and void invoices of what was used."),
    "user": ("rooms", "Make and change accounts."),
    "organisation": ("rooms", "Bring organisations in and keep their members."),
    "access": ("rights", "Print who may do what: the table of rights and addresses."),
    "ledger": ("rooms", "Check that the ledger is whole."),
    "backup": ("keeping", "Write everything that the platform keeps into one file."),
    "restore": ("keeping", "Make a platform of a backup."),
    "upgrade": ("keeping", "Bring the database of an older Madang to this one."),
    "settings": ("looking", "Print every setting, its value and what it does."),
    "doctor": ("looking", "Look whether this machine has what Madang needs."),
    "version": ("looking", "Print the version."),
    "web": ("running", "Run only the web process."),
    "jobs": ("running", "Run only the jobs process."),
    "engines": ("running", "Run only the process that keeps services."),
    "prepare": ("running", ""),
}


class Tree(click.Group):
    """Commands whose modules are loaded only when they are called."""

    def __init__(self, table: Mapping[str, tuple[str, str]]) -> None:
        super().__init__(name="madang", help="An open AI platform that an institute runs by itself.", no_args_is_help=True)
        self.table = table

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 (click's signature)
        """The names, in the order in which a newcomer meets them."""
        return list(self.table)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 (click's signature)
        """The command of that name, loaded now."""
        if cmd_name not in self.table:
            return None
        module = importlib.import_module(f"madang.cli.{self.table[cmd_name][0]}")
        command: click.Command = module.command(cmd_name)
        return command

    def resolve_command(self, ctx: click.Context, args: list[str]) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that is called. A slip of the pen in a variable is told before anything else; who asks for help gets help."""
        if not ctx.resilient_parsing and "--help" not in args:
            importlib.import_module("madang.settings").check_names()
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 (click's signature)
        """The list of commands, without loading any."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, sentence) for name, (_module, sentence) in self.table.items() if sentence])


commands = Tree(COMMANDS)


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command line and end the process with its exit code."""
    sys.exit(run(arguments))


def run(arguments: Sequence[str] | None = None) -> int:
    """Run the command line. Gives the exit code; what went wrong stands on standard error."""
    try:
        answer = commands.main(args=arguments, prog_name="madang", standalone_mode=False)
        sys.stdout.flush()
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        return WRONG
    except click.ClickException as error:
        complaints = importlib.import_module("madang.cli.complaints")
        print(f"madang: {complaints.complaint(error, translator())}", file=sys.stderr)
        return WRONG
    except Refusal as refusal:
        print(f"madang: {refusal.sentence(translator())}", file=sys.stderr)
        return WRONG
    except (KeyboardInterrupt, click.Abort):
        return STOPPED
    except BrokenPipeError:
        # Whoever read has enough; the interpreter must not try to flush once more.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return NO_READER
    except SystemExit as end:
        # Click ends with 1 when whoever reads has enough; no command of ours does.
        return NO_READER if end.code == 1 else _code(end.code)
    except Exception as error:  # an edge: a fault of ours ends with 70 and says where to look
        doctor = importlib.import_module("madang.doctor")
        if doctor.is_damage(error):
            print(f"madang: {translator()(DAMAGED)}", file=sys.stderr)
            return WRONG
        logging.getLogger("madang").exception("fault")
        print(f"madang: {translator()(A_FAULT) % {'name': type(error).__name__}}", file=sys.stderr)
        return FAULT
    return _code(answer)


def _code(answer: object) -> int:
    return answer if isinstance(answer, int) else 0
