"""Which activities go with a person, as a table of what they are linked to."""

import pytest

from doings.core.erasing.people import Named, goes

JIM = Named("contact", "8", ("subject",), is_erased=True)
ANN = Named("contact", "9", ("subject",))
USER = Named("user", "u1", ("actor",))
ROOM = Named("room", "1", ("subject",))


@pytest.mark.parametrize(
    ("named", "is_gone"),
    [
        ((JIM,), True),
        ((JIM, ROOM, USER), True),
        ((JIM, ANN), False),
        ((ANN,), False),
        ((), False),
        ((JIM, Named("contact", "9", ("actor",))), True),
        ((JIM, Named("contact", "9", ("actor", "subject"))), False),
        ((JIM, Named("client", "9", ("guest",))), False),
        ((Named("contact", "8", ("actor",), is_erased=True), ROOM), True),
        ((Named("contact", "8", ("actor",), is_erased=True), ANN), False),
        ((Named("user", "u1", ("actor",), is_erased=True), ROOM), False),
        # A membership that acted has its owner here, too.
        ((JIM, Named("membership", "m", ("actor",), "9"), Named("contact", "9", ("owner",))), True),
        (
            (JIM, Named("membership", "m", ("subject",), "9"), Named("contact", "9", ("owner",))),
            False,
        ),
        (
            (JIM, Named("appointment", "a", ("data",), "9"), Named("contact", "9", ("owner",))),
            False,
        ),
    ],
)
def test_an_activity_goes_where_nobody_else_is_concerned(
    named: tuple[Named, ...],
    is_gone: bool,  # noqa: FBT001 - of a table
) -> None:
    """Anybody who merely acted is nobody that it is about."""
    assert goes(named) is is_gone
