"""The list as HTML: an `<li>` for each activity, its title with links into the admin section."""

import html
from urllib.parse import quote

from doings.core.activity import Activity
from doings.core.entity import EntityKey
from doings.core.presentation.title import title_pieces
from doings.core.values.markup import is_clean, links_only
from doings.dialects.cobot.times import text_from_instant
from doings.dialects.cobot.vocabulary import PAGES, TEXT, type_of_kind


def list_item(activity: Activity, link_base: str) -> str:
    """Render an activity; the item holds only text, links and our own tags."""
    lines = [
        f'    data-id="{activity.id.replace("-", "")}"',
        f'    data-created-at="{text_from_instant(activity.occurred_at)}"',
        f'    data-type="{type_of_kind(activity.kind)}"',
        *([f'    data-level="{activity.level}"'] if activity.level else []),
    ]
    opening = "\n".join(["  <li", *lines, "  >"])
    return f"{opening}\n    {item_text(activity, link_base)}\n  </li>\n"


def characters_to_clean(activity: Activity) -> int:
    """How long the text is that was recorded before texts were cleaned, 0 for most."""
    is_text = activity.kind == TEXT and activity.body
    return len(activity.body or "") if is_text and not is_clean(activity.body or "") else 0


def item_text(activity: Activity, link_base: str) -> str:
    """The whole text if it was posted, on whatever surface; else the title of the kind."""
    if activity.kind == TEXT and activity.body:
        return links_only(activity.body)
    return "".join(
        [_piece(piece.text, piece.entity, link_base) for piece in title_pieces(activity)]
    )


def _piece(text: str, entity: EntityKey | None, link_base: str) -> str:
    shown = html.escape(text)
    if entity is None or entity[0] not in PAGES:
        return shown
    url = f"{link_base}/admin/{PAGES[entity[0]]}/{quote(entity[1], safe='')}"
    return f'<a href="{html.escape(url)}">{shown}</a>'
