"""The types of life events and their categories, which Monica gives every account. Pure.

Monica's API has no way to add one, so they are a table here and not entities of the account.
"""

from typing import Any, NamedTuple

from doings.core.clock import second_from_instant
from doings.dialects.monica.mapping.render_context import AccountApi, RenderContext

_TABLE = (
    ("work_education", "Work & education", (
        ("new_job", "New job"),
        ("retirement", "Retirement"),
        ("new_school", "New school"),
        ("study_abroad", "Study abroad"),
        ("volunteer_work", "Volunteer work"),
        ("published_book_or_paper", "Published a book or paper"),
        ("military_service", "Military service"),
    )),
    ("family_relationships", "Family & relationships", (
        ("new_relationship", "New relationship"),
        ("engagement", "Engagement"),
        ("marriage", "Marriage"),
        ("anniversary", "Anniversary"),
        ("expecting_a_baby", "Expecting a baby"),
        ("new_child", "New child"),
        ("new_family_member", "New family member"),
        ("new_pet", "New pet"),
        ("end_of_relationship", "End of relationship"),
        ("loss_of_a_loved_one", "Loss of a loved one"),
    )),
    ("home_living", "Home & living", (
        ("moved", "Moved"),
        ("bought_a_home", "Bought a home"),
        ("home_improvement", "Home improvement"),
        ("holidays", "Holidays"),
        ("new_vehicle", "New vehicle"),
        ("new_roommate", "New roommate"),
    )),
    ("health_wellness", "Health & wellness", (
        ("overcame_an_illness", "Overcame an illness"),
        ("quit_a_habit", "Quit a habit"),
        ("new_eating_habits", "New eating habits"),
        ("weight_loss", "Weight loss"),
        ("wear_glass_or_contact", "Started wearing glasses or contacts"),
        ("broken_bone", "Broke a bone"),
        ("removed_braces", "Had braces removed"),
        ("surgery", "Had surgery"),
        ("dentist", "Had dental treatment"),
    )),
    ("travel_experiences", "Travel & experiences", (
        ("new_sport", "Started playing a new sport"),
        ("new_hobby", "Took up a new hobby"),
        ("new_instrument", "Started learning a new instrument"),
        ("new_language", "Started learning a new language"),
        ("tattoo_or_piercing", "Tattoo or piercing"),
        ("new_license", "New license"),
        ("travel", "Travel"),
        ("achievement_or_award", "Achievement or award"),
        ("changed_beliefs", "Changed beliefs"),
        ("first_word", "First word"),
        ("first_kiss", "First kiss"),
    )),
)  # fmt: skip
"""The categories and their types, each with Monica's key and its name."""


class Category(NamedTuple):
    """A category of types; its number is its id."""

    number: int
    key: str
    name: str


class LifeEventType(NamedTuple):
    """A type of life event; its number is its id."""

    number: int
    key: str
    name: str
    category: Category


_NAMED = [
    (type_key, type_name, Category(number, key, name))
    for number, (key, name, types) in enumerate(_TABLE, 1)
    for type_key, type_name in types
]

LIFE_EVENT_TYPES = {number: LifeEventType(number, *row) for number, row in enumerate(_NAMED, 1)}
"""The types by their ids, 1 to 43."""


def stored_type(number: int) -> dict[str, Any]:
    """What an activity says of its type; without a name where there is no such type."""
    known = LIFE_EVENT_TYPES.get(number)
    return {"id": number, "name": known.name} if known else {"id": number}


def type_document(stored: Any, context: RenderContext) -> dict[str, Any] | None:  # noqa: ANN401 - any JSON
    """The document of the type that an activity says; null where there is no such type."""
    number = stored.get("id") if isinstance(stored, dict) else None
    known = LIFE_EVENT_TYPES.get(number) if type(number) is int else None
    if known is None:
        return None
    return _document(
        known,
        "lifeeventtype",
        context.api,
        default_life_event_type_key=known.key,
        life_event_category=_document(
            known.category,
            "lifeeventcategory",
            context.api,
            default_life_event_category_key=known.category.key,
        ),
    )


def _document(
    one: LifeEventType | Category,
    object_: str,
    api: AccountApi,
    **own: Any,  # noqa: ANN401 - any JSON
) -> dict[str, Any]:
    made_at = None if api.created_at is None else second_from_instant(api.created_at)
    return {
        "id": one.number,
        "uuid": api.identities.uuid(api.account.id, object_, one.number),
        "object": object_,
        "name": one.name,
        "core_monica_data": True,
        **own,
        "account": api.account,
        "created_at": made_at,
        "updated_at": made_at,
    }
