"""Typed readers for the environment: every setting has one name, one type and one error sentence.

`NAME_FILE` may point to a file that holds the value, so that secrets stay out of process listings.
Where nothing is set, the embedded default's `runtime.env` (written while `manage.py up` runs) fills in.
"""

import os
import re
from decimal import Decimal
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

_AMOUNT = re.compile(r"[0-9]{1,10}(\.[0-9]{1,18})?")
HOME = Path(os.environ.get("PARLEY_HOME") or Path(__file__).resolve().parent.parent / ".parley")


class BadSetting(Exception):
    """An environment variable is missing or unreadable; the message names it and says what it must be."""


def load_runtime(path: Path) -> None:
    """Fill unset variables from the `KEY=VALUE` lines that the embedded stack wrote to `path`, if it still runs."""
    if flag("DEPLOY", default=False) or not path.is_file():
        return
    lines = path.read_text(encoding="utf-8").splitlines()
    told = dict(line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))
    if _is_running(told.pop("STACK_PID", str(os.getpid()))):
        for name, value in told.items():
            os.environ.setdefault(name.strip(), value.strip())


def _is_running(pid: str) -> bool:
    try:
        os.kill(int(pid), 0)
    except PermissionError:
        return True  # it runs, as somebody else
    except (ValueError, OSError):
        return False
    return True


def text(name: str, default: str | None = None) -> str:
    """Return the text of `name`, else of the file named by `NAME_FILE`, else `default`."""
    value = os.environ.get(name)
    if value:
        return value
    file = os.environ.get(f"{name}_FILE")
    if file:
        try:
            return Path(file).read_text(encoding="utf-8").strip()
        except OSError as error:
            raise BadSetting(f"{name}_FILE points to {file}, which cannot be read: {error.strerror}.") from error
    if default is None:
        raise BadSetting(f"{name} is not set. Set it, or {name}_FILE, or start everything with `make run`.")
    return default


def flag(name: str, *, default: bool) -> bool:
    """Return whether `name` is switched on: 1/0, true/false, yes/no, on/off."""
    value = text(name, "1" if default else "0").lower()
    if value in {"1", "true", "yes", "on"}:
        return True
    if value in {"0", "false", "no", "off"}:
        return False
    raise BadSetting(f"{name} must be 1 or 0, not {value!r}.")


def number(name: str, default: int, *, least: int = 0, most: int = 2**63 - 1) -> int:
    """Return the whole number of `name`, refused outside `least` to `most`."""
    value = text(name, str(default))
    try:
        result = int(value)
    except ValueError as error:
        raise BadSetting(f"{name} must be a whole number, not {value!r}.") from error
    if not least <= result <= most:
        raise BadSetting(f"{name} must lie between {least} and {most}, not {result}.")
    return result


def amounts(name: str) -> dict[str, Decimal]:
    """Return the comma-separated `symbol=amount` parts of `name`; amounts are plain decimals of zero or more."""
    found: dict[str, Decimal] = {}
    for part in items(name):
        symbol, _, amount = (piece.strip() for piece in part.partition("="))
        if not symbol or not _AMOUNT.fullmatch(amount):
            raise BadSetting(f"{name} must look like ETH=5,USDC=10000, not {part!r}.")
        found[symbol] = Decimal(amount)
    return found


def items(name: str, default: str = "") -> list[str]:
    """Return the comma-separated parts of `name`, blanks left out."""
    return [part.strip() for part in text(name, default).split(",") if part.strip()]


def database(name: str = "DATABASE_URL", *, default: str | None = None) -> dict[str, object]:
    """Return Django's settings for `postgresql://user:password@host:port/name?option=value`; also `?host=` works."""
    url = urlsplit(text(name, default))
    if url.scheme not in {"postgres", "postgresql"}:
        raise BadSetting(f"{name} must start with postgresql://, Parley runs on PostgreSQL only.")
    options = dict(parse_qsl(url.query))
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(url.path.lstrip("/")),
        "USER": unquote(url.username or ""),
        "PASSWORD": unquote(url.password or ""),
        "HOST": options.pop("host", "") or unquote(url.hostname or ""),
        "PORT": options.pop("port", "") or str(url.port or ""),
        "OPTIONS": options,
    }


def mail(name: str = "EMAIL_URL", *, default: str = "console:") -> dict[str, object]:
    """Return Django's mail settings for `smtp://user:password@host:port`, `smtps://`, `smtp+tls://` or `console:`."""
    url = urlsplit(text(name, default))
    if url.scheme == "console":
        return {"EMAIL_BACKEND": "django.core.mail.backends.console.EmailBackend"}
    ports = {"smtp": 25, "smtps": 465, "smtp+tls": 587}
    if url.scheme not in ports or not url.hostname:
        raise BadSetting(f"{name} must look like smtp://user:password@host:port, smtps://, smtp+tls:// or console:.")
    return {
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": url.hostname,
        "EMAIL_PORT": url.port or ports[url.scheme],
        "EMAIL_HOST_USER": unquote(url.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(url.password or ""),
        "EMAIL_USE_SSL": url.scheme == "smtps",
        "EMAIL_USE_TLS": url.scheme == "smtp+tls",
        "EMAIL_TIMEOUT": 10,
    }
