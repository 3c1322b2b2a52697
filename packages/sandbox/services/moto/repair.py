"""How moto is repaired: by replacing a method that is there. moto 5.2.5 is pinned; another one is looked at anew."""

from typing import Any


def repair(owner: Any, name: str, replacement: Any) -> None:
    """Replaces a method or function; what does not exist any more stops the start."""
    if not hasattr(owner, name):
        raise SystemExit(f"the repairs do not fit this moto: {owner.__name__} has no {name}")
    setattr(owner, name, replacement)
