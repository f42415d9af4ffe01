"""The commands of `qroc`. Exit codes: 0 done, 1 refused (one line on standard error), 2 usage, 130 interrupted."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from qroc_desktop import __version__
from qroc_desktop.cli import (
    attachments,
    boxes,
    comparing,
    consent,
    exchange,
    exercise_joining,
    identity,
    log,
    maps,
    models,
    node,
    noting,
    picture,
    requests,
    share,
    standing,
    workspace,
)
from qroc_desktop.cli import exercise as exercises
from qroc_desktop.cli.session import Session, printable
from qroc_desktop.cli.start import INTERRUPTED
from qroc_desktop.errors import QrocError
from qroc_desktop.reasons import reason_of

REFUSED = 1


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "-w",
    "--workspace",
    "path",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The workspace file to work on.",
)
@click.option(
    "--home",
    metavar="FOLDER",
    envvar="QROC_HOME",
    type=click.Path(file_okay=False, path_type=Path),
    help="The folder with this centre's keys and exchange.",
)
@click.option(
    "--passphrase-file",
    metavar="FILE",
    type=click.Path(dir_okay=False, allow_dash=True, path_type=Path),
    help="A file with the passphrase of the keys, - for standard input (default: asked for).",
)
@click.option("--exercise", is_flag=True, help="Act as the centre of exercises, whose keys are others.")
@click.version_option(__version__, prog_name="qroc")
@click.pass_context
def qroc(
    context: click.Context, path: Path | None, home: Path | None, passphrase_file: Path | None, exercise: bool
) -> None:
    """Work on a QROC Desktop workspace from the command line."""
    context.obj = Session(path, home=home, passphrase_file=passphrase_file, exercise=exercise)


workspace.register(qroc)
exchange.register(qroc)
picture.register(qroc)
attachments.register(qroc)
log.register(qroc)
maps.register(qroc)
models.register(qroc)
identity.register(qroc)
share.register(qroc)
standing.register(qroc)
consent.register(qroc)
requests.register(qroc)
boxes.register(qroc)
comparing.register()
noting.register(qroc)
node.register(qroc)
exercises.register(qroc)
exercise_joining.register()


def main() -> None:
    """Run `qroc` and end the process with its exit code."""
    try:
        code = qroc.main(standalone_mode=False)
        sys.stdout.flush()
        sys.exit(code if isinstance(code, int) else 0)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except click.Abort:
        click.echo("qroc: Interrupted.", err=True)
        sys.exit(INTERRUPTED)
    except QrocError as error:
        click.echo(f"qroc: {_one_line(str(error))}", err=True)
        sys.exit(REFUSED)
    except MemoryError:
        click.echo("qroc: There is not enough memory for this. Nothing was changed.", err=True)
        sys.exit(REFUSED)
    except BrokenPipeError:
        # The reader has what it wanted (`qroc ... | head`).
        _leave_output()
        sys.exit(REFUSED)
    except OSError as error:
        _leave_output()
        reason = str(reason_of(error))
        click.echo(f"qroc: The answer cannot be written: {_one_line(reason)}. What was recorded stays.", err=True)
        sys.exit(REFUSED)


def _leave_output() -> None:
    """Keep the interpreter from writing once more, when it ends, to where nothing can be written."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _one_line(text: str) -> str:
    return printable(" ".join(text.split()))


if __name__ == "__main__":
    main()
