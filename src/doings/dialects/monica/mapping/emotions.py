"""The emotions that an activity may be given: a fixed table, which no route lists."""

from collections.abc import Iterable

from doings.dialects.monica.documents import EmotionDocument

EMOTIONS = (
    "adoration", "affection", "love", "fondness", "liking", "attraction", "caring", "tenderness",
    "compassion", "sentimentality", "arousal", "desire", "lust", "passion", "infatuation",
    "longing", "amusement", "bliss", "cheerfulness", "gaiety", "glee", "jolliness", "joviality",
    "joy", "delight", "enjoyment", "gladness", "happiness", "jubilation", "elation",
    "satisfaction", "ecstasy", "euphoria", "enthusiasm", "zeal", "zest", "excitement", "thrill",
    "exhilaration", "contentment", "pleasure", "pride", "pleasure", "eagerness", "hope",
    "enthrallment", "rapture", "relief", "amazement", "surprise", "astonishment", "aggravation",
    "irritation", "agitation", "annoyance", "grouchiness", "grumpiness", "exasperation",
    "frustration", "anger", "rage", "outrage", "fury", "wrath", "hostility", "ferocity",
    "bitterness", "hate", "loathing", "scorn", "spite", "vengefulness", "dislike", "resentment",
    "disgust", "revulsion", "contempt", "envy", "jealousy", "agony", "suffering", "hurt",
    "anguish", "depression", "despair", "hopelessness", "gloom", "glumness", "sadness",
    "unhappiness", "grief", "sorrow", "woe", "misery", "melancholy", "dismay", "disappointment",
    "displeasure", "guilt", "shame", "regret", "remorse", "alienation", "isolation", "neglect",
    "loneliness", "rejection", "homesickness", "defeat", "dejection", "insecurity",
    "embarrassment", "humiliation", "insult", "pity", "sympathy", "alarm", "shock", "fear",
    "fright", "horror", "terror", "panic", "hysteria", "mortification", "anxiety", "nervousness",
    "tenseness", "uneasiness", "apprehension", "worry", "distress", "dread",
)  # fmt: skip
"""By id, which counts from 1: two ids share the name `pleasure`."""


def has_emotion(id: int) -> bool:
    """Whether there is an emotion of that id."""
    return 1 <= id <= len(EMOTIONS)


_DOCUMENTS = {
    number: EmotionDocument(id=number, object="emotion", name=name)
    for number, name in enumerate(EMOTIONS, 1)
}


def emotion_documents(emotions: Iterable[object]) -> list[EmotionDocument]:
    """The documents of emotions, each once; what is the id of none is left out."""
    numbers = [one for one in emotions if type(one) is int]
    return [_DOCUMENTS[number] for number in dict.fromkeys(numbers) if has_emotion(number)]
