"""The command line: parse, delegate, report. Every error ends here in one message and an exit code."""

from __future__ import annotations

import os
import sys
import traceback

__all__ = ["main"]

DONE, INPUT_AT_FAULT, COMMAND_LINE_AT_FAULT, INTERRUPTED = 0, 1, 2, 130


def main() -> None:
    """Run ``satix``; exit code 0 done, 1 the input is at fault, 2 the command line is."""
    sys.exit(_run())


def _run() -> int:
    import click

    from satix.cli.application import application
    from satix.cli.language import message_language, say
    from survey.errors import SatixError

    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    try:
        outcome = application().main(prog_name="satix", standalone_mode=False)
    except SatixError as error:
        for problem in error.problems:
            click.echo(problem.message(message_language()), err=True)
        return INPUT_AT_FAULT
    except click.exceptions.Exit as leave:
        return int(leave.exit_code)
    except click.exceptions.Abort:
        click.echo(say("interrupted"), err=True)
        return INTERRUPTED
    except click.UsageError as error:
        _explain_usage(error)
        return COMMAND_LINE_AT_FAULT
    except click.ClickException as error:
        click.echo(error.format_message(), err=True)
        return COMMAND_LINE_AT_FAULT
    except KeyboardInterrupt:
        click.echo(say("interrupted"), err=True)
        return INTERRUPTED
    except (PermissionError, IsADirectoryError, NotADirectoryError, FileNotFoundError, FileExistsError) as error:
        click.echo(say("file_system", file=str(error.filename or ""), reason=error.strerror or ""), err=True)
        return INPUT_AT_FAULT
    except OSError as error:
        click.echo(say("system_fault", reason=error.strerror or type(error).__name__), err=True)
        return INPUT_AT_FAULT
    except MemoryError:
        click.echo(say("out_of_memory"), err=True)
        return INPUT_AT_FAULT
    except Exception as fault:
        return _report_own_fault(fault)
    return outcome if isinstance(outcome, int) else DONE


def _explain_usage(error: object) -> None:
    import click

    from satix.cli.commands import WrongUseError
    from satix.cli.language import message_language, say

    context = getattr(error, "ctx", None)
    path = context.command_path if context is not None else "satix"
    if isinstance(error, WrongUseError):
        text = error.message
    elif message_language() == "zh":
        option = getattr(error, "option_name", None) or ""
        if isinstance(error, click.NoSuchOption):
            text = say("no_such_option", option=option)
        elif isinstance(error, click.MissingParameter):
            name = error.param.human_readable_name if error.param is not None else ""
            text = say("missing_parameter", parameter=name)
        elif isinstance(error, click.BadParameter):
            name = error.param.human_readable_name if error.param is not None else ""
            text = say("bad_parameter", parameter=name)
        else:
            text = say("usage")
    else:
        text = error.format_message() if isinstance(error, click.ClickException) else str(error)
    click.echo(text, err=True)
    click.echo(say("see_help", command=path), err=True)


def _report_own_fault(fault: Exception) -> int:
    import click

    from satix.cli.language import say

    if os.environ.get("SATIX_DEBUG"):
        traceback.print_exc()
    frames = traceback.extract_tb(fault.__traceback__)
    place = f"{frames[-1].name}:{frames[-1].lineno}" if frames else ""
    click.echo(say("own_fault", kind=type(fault).__name__, place=place), err=True)
    return INPUT_AT_FAULT
