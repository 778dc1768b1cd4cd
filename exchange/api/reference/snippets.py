"""One call in curl, Python (httpx) and TypeScript (fetch); `NODE` and `TOKEN` come from the environment.

The tests run every one of them and see that all three send the same request.
"""

import json
import shlex
from dataclasses import dataclass
from typing import Any

PREFIX = "/api/v1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What a call sends."""

    method: str
    path: str
    query: str
    body: Any
    has_key: bool
    with_token: bool

    @property
    def target(self) -> str:
        """Path and query below the node's address."""
        return PREFIX + self.path + (f"?{self.query}" if self.query else "")

    @property
    def headers(self) -> dict[str, str]:
        """The headers besides the token."""
        found = {"Content-Type": "application/json"} if self.body is not None else {}
        return found | ({"Idempotency-Key": "any-text-of-yours-1"} if self.has_key else {})


def curl(request: Request) -> str:
    """Return the call as a shell command."""
    parts = ["curl -sS" + ("" if request.method == "GET" else f" -X {request.method}")]
    parts[0] += f' "$NODE{request.target}"'
    if request.with_token:
        parts.append('-H "Authorization: Bearer $TOKEN"')
    parts += [f"-H {shlex.quote(f'{name}: {value}')}" for name, value in request.headers.items()]
    if request.body is not None:
        parts.append(f"-d {shlex.quote(json.dumps(request.body, ensure_ascii=False))}")
    return " \\\n  ".join(parts)


def python(request: Request) -> str:
    """Return the call in Python."""
    headers = [f'"{name}": "{value}"' for name, value in request.headers.items() if name != "Content-Type"]
    if request.with_token:
        headers.insert(0, '"Authorization": f"Bearer {os.environ[\'TOKEN\']}"')
    lines = ["import os, httpx", "", "answer = httpx.request(", f'    "{request.method}",']
    lines.append(f'    os.environ["NODE"] + {_quoted(request.target)},')
    if headers:
        lines.append(f"    headers={{{', '.join(headers)}}},")
    if request.body is not None:
        lines.append(f"    json={_python_value(request.body)},")
    return "\n".join([*lines, ")", "print(answer.status_code, answer.text)"])


def typescript(request: Request) -> str:
    """Return the call in TypeScript, for Node 20 and browsers."""
    headers = [f'"{name}": "{value}"' for name, value in request.headers.items()]
    if request.with_token:
        headers.insert(0, '"Authorization": `Bearer ${process.env.TOKEN}`')
    lines = [
        f"const answer = await fetch(`${{process.env.NODE}}{request.target}`, {{",
        f'  method: "{request.method}",',
    ]
    if headers:
        lines.append(f"  headers: {{ {', '.join(headers)} }},")
    if request.body is not None:
        lines.append(f"  body: JSON.stringify({json.dumps(request.body, ensure_ascii=False)}),")
    return "\n".join([*lines, "});", "console.log(answer.status, await answer.text());"])


def _quoted(text: str) -> str:
    return json.dumps(text)


def _python_value(value: Any) -> str:
    return repr(value)
