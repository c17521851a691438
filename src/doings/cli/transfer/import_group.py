"""How `doings import FILE` and the commands below it share the first word."""

from typing import Any

from typer.core import TyperCommand, TyperGroup

FROM_FILE = "FILE"
"""The name under which the group is given the command that is meant where none is named."""


class ImportGroup(TyperGroup):
    """`doings import FILE`, `doings import list` and `doings import undo RUN`.

    The first word decides. Whatever is no command begins the arguments of `doings import FILE`, and
    so do options, `--help` among them.
    """

    def __init__(self, **options: Any) -> None:  # noqa: ANN401 - typer publishes no types for them
        super().__init__(**options)
        self._file_command = self.commands.pop(FROM_FILE)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:  # noqa: ANN401 - likewise
        """The command that is meant, its name, and its arguments."""
        name = args[0]
        if name == FROM_FILE:
            return name, self._file_command, args[1:]
        return super().resolve_command(ctx, args)

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:  # noqa: ANN401 - likewise
        """Put the name of the command before its arguments."""
        if not args or args[0] not in self.commands:
            args = [FROM_FILE, *args]
        return super().parse_args(ctx, args)


class ImportCommand(TyperCommand):
    """`doings import FILE`, which its help and its errors call by the name of the group."""

    def make_context(
        self,
        info_name: str | None,
        args: list[str],
        parent: Any = None,  # noqa: ANN401 - typer publishes no type for what it gives here
        **extra: Any,  # noqa: ANN401 - likewise
    ) -> Any:  # noqa: ANN401 - likewise
        """The context of the group's own parent."""
        if parent is not None:
            info_name, parent = parent.info_name, parent.parent
        return super().make_context(info_name, args, parent, **extra)
