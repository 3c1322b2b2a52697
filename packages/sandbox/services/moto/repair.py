"""How moto is repaired: by replacing a method that is there. moto 5.2.5 is pinned; another one is looked at anew."""

from typing import Any, Callable


def repair(owner: Any, name: str, replacement: Any) -> None:
    """Replaces a method or function; what does not exist any more stops the start."""
    if not hasattr(owner, name):
        raise SystemExit(f"the repairs do not fit this moto: {owner.__name__} has no {name}")
    setattr(owner, name, replacement)


def check_before(owner: Any, name: str, check: Callable[..., None]) -> None:
    """Lets a method, as it is by now, begin only after a check of the same arguments, which refuses by an exception."""
    current = getattr(owner, name, None)

    def checked(*words: Any, **named: Any) -> Any:
        check(*words, **named)
        return current(*words, **named)

    repair(owner, name, checked)
