"""From pydantic's errors to faults with a line, a rule, the value received and a fix."""

from collections.abc import Iterable

from pydantic import BaseModel, ValidationError

from harness.config.document import Document, Key
from harness.errors import Fault, did_you_mean


def names_of(model: type[BaseModel]) -> list[str]:
    """Return the keys of a model as YAML writes them."""
    return [field.alias or name for name, field in model.model_fields.items()]


def faults_of(
    error: ValidationError, document: Document, keys: Iterable[str], prefix: Key = ()
) -> list[Fault]:
    """Translate every error of a validation.

    Args:
        error: what pydantic found.
        document: where the values were stated.
        keys: those that may stand at the place of an unknown key.
        prefix: key of the validated part within the document.
    """
    faults = []
    for detail in error.errors(include_url=False):
        path = (*prefix, *detail["loc"])
        key = ".".join(map(str, path)) or document.name
        kind, context = detail["type"], detail.get("ctx", {})
        rule, received, fix = f"{key}: {_sentence(detail['msg'])}", repr(detail["input"]), "change the value"
        if path == prefix:
            received, fix = "the whole", "change one of the two"
        if kind == "extra_forbidden":
            name = str(path[-1])
            rule, received, fix = f"{key} is no key that stands here", name, did_you_mean(name, keys)
        elif kind == "missing":
            rule, received, fix = f"{key} is required", "nothing", f"add `{path[-1]}: …`"
        elif kind == "literal_error":
            values = [choice.strip(" '") for choice in context["expected"].replace(" or ", ", ").split(",")]
            fix = did_you_mean(str(detail["input"]), values)
        faults.append(Fault(document.where(path), rule, received, fix))
    return faults


def _sentence(message: str) -> str:
    return message.removeprefix("Value error, ").replace("Input should be", "should be")
