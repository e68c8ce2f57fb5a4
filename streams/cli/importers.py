"""`tonggwan importers`: the register of importers."""

import io
import os
from pathlib import Path

import click

from agents.values.identity import TokenKeys
from streams.cli.console import note, plural
from streams.errors import OperatorError
from streams.importer_verifier import tokenise as clear
from streams.settings import Settings, variable


@click.group
def importers() -> None:
    """The register of importers, which holds no person in clear text."""


@importers.command
@click.argument("file", metavar="FILE.csv", type=click.Path(exists=True, dir_okay=False, readable=True, path_type=Path))
@click.option(
    "--source",
    default="Register of clearance codes",
    show_default=True,
    help="The origin of the rows, for their last column.",
)
@click.option(
    "--out",
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    metavar="FILE",
    help="Write to this file instead of standard output.",
)
def tokenise(file: Path, source: str, out: Path | None) -> None:
    """Turn a register in clear text into rows of importers.csv: tokens and keyed marks alone.

    Needs INTAKE_TOKEN_KEYS, the same as the workers'; the first key makes the tokens. FILE has the columns
    clearance_code, name, name_en, phone, postcodes, auth_numbers, valid_from, changed_on, valid_until, state,
    state_from. Delete it afterwards.
    """
    settings = Settings.read(os.environ)
    if not settings.token_keys:
        raise OperatorError(
            f"{variable('token_keys')} is not set: set it to the workers' keys, or nobody in the register will be "
            "recognised."
        )
    keys = TokenKeys(tuple((key.kid, key.secret) for key in settings.token_keys))
    if not source.strip():
        raise click.UsageError("--source is empty: say where the rows come from.")
    with file.open(encoding="utf-8-sig", newline="") as opened:
        rows = clear.tokenised(opened, keys, source)
    written = io.StringIO()
    clear.write(rows, written)
    if out is None:
        click.echo(written.getvalue(), nl=False)
    else:
        out.write_text(written.getvalue(), encoding="utf-8")
    note(f"{plural(len(rows), 'code')} tokenised.")
