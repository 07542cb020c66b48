"""Who asks. Most callers say who they are, and are believed; a `Person` has proven it."""

from __future__ import annotations


class Person(str):
    """The recorded name of somebody who has a token of their own: `actor:ana`.

    Whoever has only the hub's one token, or an account on its machine, can give any name, so theirs is a plain `str`.
    """

    __slots__ = ()
