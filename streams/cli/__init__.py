"""The command `tonggwan`: which commands there are, and how each ends when something goes wrong."""

import errno
import sys
from importlib import import_module
from typing import Any, Final

import click

from streams import __version__
from streams.errors import OperatorError

COMMANDS: Final = {
    "demo": "Broker, workers and a sample day on this machine, and what became of it.",
    "up": "Broker and workers on this machine, until told to stop.",
    "worker": "One worker against an existing Kafka.",
    "verifier": "Ask customs about importers, beside the workers.",
    "topics": "Create the topics.",
    "publish": "Send manifests as a carrier.",
    "check": "Check manifests without a broker.",
    "decisions": "Every decision ever made.",
    "explain": "Why a parcel's outcome is what it is.",
    "act": "An officer's release, hold or request.",
    "rescreen": "Parcels in flight, when a watch-list has changed.",
    "reconcile": "Conservation, proved.",
    "dead-letters": "Records that nobody could read.",
    "screen": "Names against the watch-lists.",
    "reference": "Reference data: load, show, compare and validate it.",
    "load": "An open-loop load: latencies, and every parcel answered exactly once.",
    "scenarios": "Known patterns hidden in ordinary days, and what is found of them.",
    "importers": "The register of importers, made from clear text.",
    "risk": "Train the learned risk score, and measure it.",
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
                raise Sentence("no space left on the disk: make room, then try again.") from error
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
            f"Kafka on {ctx.meta.get(ADDRESS, 'the address given')} stopped answering "
            f"({str(error) or type(error).__name__}): see that it runs (`tonggwan up`), then try again."
        )
    return None


@click.command(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="tonggwan")
def tonggwan() -> None:
    """Tonggwan: customs declarations in; receipts, clearance decisions and security cases out.

    Exit status: 0 when all is well, 1 when the answer is no, 2 for a wrong call. Settings are environment variables
    that begin with INTAKE_; they are listed in streams/settings.py.
    """
