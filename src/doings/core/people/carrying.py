"""What one system changed of a record, carried over to what that system had said before."""

import msgspec

_members = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode


def carried(own: str, before: str, after: str) -> str:
    """`own` with all that a change from `before` to `after` did; each is the text of an object.

    Members that the change left alone are those of `own`. Values keep their bytes.
    """
    if own == before:
        return after
    mine, old, new = _members(own), _members(before), _members(after)
    for name in old.keys() - new.keys():
        mine.pop(name, None)
    for name, value in new.items():
        said = bytes(value)
        was = bytes(old.get(name, b""))
        if said != was:
            known = bytes(mine.get(name, b""))
            are_objects = all(text.startswith(b"{") for text in (known, was, said))
            inner = (known.decode(), was.decode(), said.decode())
            mine[name] = msgspec.Raw(carried(*inner).encode()) if are_objects else value
    return msgspec.json.encode(mine).decode()
