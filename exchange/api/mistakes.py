"""What is wrong with each field of a request: pydantic's findings in plain words, placed by JSON pointer."""

from collections.abc import Iterable, Mapping
from typing import Any

from exchange.api.reading import printable, unknown

_WORDS = {
    "missing": "This is required.",
    "string_type": "Write this as a string in quotes.",
    "int_type": "Write this as a whole number without quotes.",
    "int_parsing": "Write this as a whole number.",
    "int_from_float": "Write this as a whole number.",
    "bool_type": "Write true or false.",
    "bool_parsing": "Write true or false.",
    "list_type": "Write this as a list.",
    "dict_type": "Write this as an object.",
    "model_type": "Write this as an object.",
    "model_attributes_type": "Write this as an object.",
    "int_parsing_size": "This number is too large.",
    "union_tag_not_found": "Say the type.",
}
_COUNTED = {
    "string_too_short": ("min_length", "Write at least {} characters."),
    "string_too_long": ("max_length", "Write at most {} characters."),
    "too_short": ("min_length", "Name at least {}."),
    "too_long": ("max_length", "Name at most {}."),
    "greater_than": ("gt", "This must be more than {}."),
    "greater_than_equal": ("ge", "This must be at least {}."),
    "less_than": ("lt", "This must be less than {}."),
    "less_than_equal": ("le", "This must be at most {}."),
    "literal_error": ("expected", "Write one of {}."),
    "enum": ("expected", "Write one of {}."),
    "union_tag_invalid": ("expected_tags", "The type must be one of {}."),
}
# Names that ninja and pydantic put into a location though the sender never wrote them.
_TAGS = frozenset({"fixed", "margin", "formula"})


def fields_of(errors: Iterable[Mapping[str, Any]]) -> list[dict[str, str]]:
    """Return `{"pointer", "detail", "in"}` for each finding, each place once."""
    found: dict[tuple[str, str], str] = {}
    for error in errors:
        source, *rest = [str(part) for part in error["loc"]]
        path = rest[1:] if source == "body" else rest
        if error["type"] == "unknown_names":
            for name in error["ctx"]["names"]:
                found.setdefault((source, pointer_to([*path, name])), unknown(name, error["ctx"]["known"]))
        else:
            found.setdefault((source, pointer_to(path)), words_for(error))
    return [{"pointer": pointer, "detail": detail, "in": source} for (source, pointer), detail in found.items()]


def pointer_to(path: Iterable[str]) -> str:
    """Return the JSON pointer (RFC 6901) of a place, without the tags of a union."""
    parts = [part for part in path if part not in _TAGS]
    return "".join("/" + part.replace("~", "~0").replace("/", "~1") for part in parts)


def words_for(error: Mapping[str, Any]) -> str:
    """Return one sentence for one finding."""
    kind, context = str(error["type"]), error.get("ctx") or {}
    if kind in _WORDS:
        return _WORDS[kind]
    if kind in _COUNTED:
        name, sentence = _COUNTED[kind]
        return sentence.format(str(context.get(name, "")).replace(" or ", ", "))
    if kind == "extra_forbidden":
        return f"There is no {printable(str(error['loc'][-1]))} here."
    message = str(error.get("msg", "")).removeprefix("Value error, ")
    return message if message.endswith(".") else f"{message}."
