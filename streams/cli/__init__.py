"""The command `tonggwan`: which commands there are, and how each ends when something goes wrong."""

import errno
import sys
from importlib import import_module
from typing import Any, Final

import click

from streams import __version__
from streams.errors import OperatorError

COMMANDS: Final = {
    "demo": "Run a broker, workers and a sample day on this machine, and report the results.",
    "up": "Run a broker and workers on this machine until stopped.",
    "worker": "Run one worker against an existing Kafka.",
    "verifier": "Verify importers with customs, beside the workers.",
    "topics": "Create the topics.",
    "publish": "Send manifests as a carrier.",
    "check": "Check manifests without a broker.",
    "decisions": "Print every decision ever made.",
    "explain": "Explain a parcel's outcome.",
    "act": "Release, hold or query a parcel as an officer.",
    "rescreen": "Screen parcels in flight again after a watch-list has changed.",
    "reconcile": "Conservation, proved.",
    "dead-letters": "List, show and replay records that could not be read.",
    "screen": "Screen names against the watch-lists.",
    "reference": "Load, show, compare and validate reference data.",
    "load": "Run an open-loop load test: latencies, and every parcel answered exactly once.",
    "scenarios": "Hide known patterns in ordinary days and report what is found.",
    "importers": "Turn a register of importers from clear text into tokens.",
    "risk": "Train and evaluate the risk model.",
}
"""Every command, each in the module of its name, in the order of the help."""

INTERRUPTED: Final = 130
ADDRESS: Final = "tonggwan.address"
"""Where a command notes the Kafka it talks to, for its last words."""


class Sentence(click.ClickException):
    """What an operator can mend, in one sentence; exit status 1."""

    def show(self, file: Any = None) -> None:  # noqa: ANN401, ARG002 - click's signature
        """Print it."""
        click.echo(f"tonggwan: {self.message}", err=True)


class Commands(click.Group):
    """Imports a command when it is called: a call for help reads none of them."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """All, in the order of the table."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's signature
        """The command of a name."""
        if cmd_name not in COMMANDS:
            return None
        name = cmd_name.replace("-", "_")
        command = getattr(import_module(f"{__name__}.{name}"), name)
        assert isinstance(command, click.Command)  # noqa: S101 - a module without its command is ours to repair
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - click's signature
        """The table, as the help shows it."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401 - whatever a command gives back
        """Run a command. What an operator can cause ends in a sentence, never in a traceback."""
        try:
            return super().invoke(ctx)
        except OperatorError as error:
            raise Sentence(str(error)) from error
        except KeyboardInterrupt:
            ctx.exit(INTERRUPTED)
        except BrokenPipeError:
            raise  # click's, which ends quietly
        except OSError as error:
            if error.errno == errno.ENOSPC:
                raise Sentence("no space left on the disk: free some, then try again.") from error
            raise
        except Exception as error:
            if (sentence := _known(ctx, error)) is None:
                raise
            raise Sentence(sentence) from error


def _known(ctx: click.Context, error: Exception) -> str | None:
    """The sentence for errors of Kafka's client, which is asked for only when a command has imported it."""
    kafka = sys.modules.get("aiokafka.errors")
    if kafka is not None and isinstance(error, kafka.KafkaError):
        return (
            f"Kafka on {ctx.meta.get(ADDRESS, 'the given address')} stopped responding "
            f"({str(error) or type(error).__name__}): check that it is running (`tonggwan up`), then try again."
        )
    return None


@click.command(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="tonggwan")
def tonggwan() -> None:
    """Tonggwan: customs declarations in; receipts, clearance decisions and security cases out.

    Exit status: 0 on success, 1 when the answer is no, 2 for wrong usage. Settings are environment variables
    that begin with INTAKE_; they are listed in streams/settings.py.
    """
