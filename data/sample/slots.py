"""Typed facts: a kind such as ``person`` or ``int 20 90``, and a generator, give one value.

A kind may bring sub-values under the slot's name and a suffix: for a person ``who``, ``who_t`` is
the full name with its title and ``who_a`` the title with the given name. Draws use
``Random.random()`` alone, whose sequence Python keeps stable over its versions.
"""

from collections.abc import Callable, Mapping, Sequence
from random import Random
from typing import TypeVar

from sample import pools

T = TypeVar("T")
Facts = dict[str, str]
Kind = Callable[[Random, Sequence[str]], Facts]


def child(seed: str, name: str) -> Random:
    """An independent generator named `name` below `seed` (a string seeds through SHA-512)."""
    return Random(f"{seed}/{name}")


def pick(rng: Random, values: Sequence[T]) -> T:
    """One of `values`, uniformly."""
    return values[int(rng.random() * len(values))]


def between(rng: Random, low: int, high: int) -> int:
    """An integer of `low`..`high`, both included, uniformly."""
    return low + int(rng.random() * (high - low + 1))


def shuffled(rng: Random, values: Sequence[T]) -> list[T]:
    """The values in a random order (Fisher-Yates)."""
    order = list(values)
    for last in range(len(order) - 1, 0, -1):
        other = int(rng.random() * (last + 1))
        order[last], order[other] = order[other], order[last]
    return order


def _person(rng: Random, args: Sequence[str]) -> Facts:
    """A full name; `args` may fix the gender (m, f) and the age (old, young)."""
    male = "m" in args or ("f" not in args and rng.random() < 0.5)
    old = "old" in args or ("young" not in args and rng.random() < 0.4)
    given = pick(rng, pools.GIVEN_M if male else pools.GIVEN_F)
    middle = pick(rng, pools.MIDDLE_M if male else pools.MIDDLE_F)
    while middle == given:
        middle = pick(rng, pools.MIDDLE_M if male else pools.MIDDLE_F)
    full = f"{pick(rng, pools.FAMILY)} {middle} {given}"
    title = ("ông" if old else "anh") if male else ("bà" if old else "chị")
    return {"": full, "_t": f"{title} {full}", "_a": f"{title} {given}", "_g": given}


def _name(rng: Random) -> str:
    """A place name of two syllables that differ."""
    if rng.random() < 0.3:
        return f"{pick(rng, pools.NATIVE_FIRST)} {pick(rng, pools.NATIVE_SECOND)}"
    first, second = pick(rng, pools.PLACE_FIRST), pick(rng, pools.PLACE_SECOND)
    while first == second:
        second = pick(rng, pools.PLACE_SECOND)
    return f"{first} {second}"


def _place(*types: str) -> Kind:
    """A kind of place: one of `types`, then a name; the bare name goes under ``_n``."""

    def draw(rng: Random, _: Sequence[str]) -> Facts:
        name = _name(rng)
        return {"": f"{pick(rng, types)} {name}".strip(), "_n": name}

    return draw


def _words(values: Sequence[str]) -> Kind:
    def draw(rng: Random, _: Sequence[str]) -> Facts:
        return {"": pick(rng, values)}

    return draw


def _integer(rng: Random, args: Sequence[str]) -> Facts:
    """``int LOW HIGH [STEP]``: a plain number, thousands with a point."""
    low, high = int(args[0]), int(args[1])
    step = int(args[2]) if len(args) > 2 else 1
    value = low + between(rng, 0, (high - low) // step) * step
    return {"": f"{value:,}".replace(",", ".")}


def _decimal(rng: Random, args: Sequence[str]) -> Facts:
    """``dec LOW HIGH``: a number with one decimal that is not zero, decimal comma."""
    return {"": f"{between(rng, int(args[0]), int(args[1]) - 1)},{between(rng, 1, 9)}"}


def _date(rng: Random, _: Sequence[str]) -> Facts:
    return {"": _day(rng, between(rng, 1, 28), between(rng, 1, 12))}


def _day(rng: Random, day: int, month: int) -> str:
    return f"ngày {day}/{month}" if rng.random() < 0.6 else f"ngày {day} tháng {month}"


def _period(rng: Random, _: Sequence[str]) -> Facts:
    """A first day and, as ``_e``, a last day later in the same year."""
    month = between(rng, 1, 10)
    start = _day(rng, between(rng, 1, 28), month)
    return {"": start, "_e": _day(rng, between(rng, 1, 28), month + between(rng, 1, 2))}


def _hour(rng: Random, args: Sequence[str]) -> Facts:
    """``hour [LOW HIGH]``: full hours and quarters."""
    hour = between(rng, int(args[0]), int(args[1])) if args else between(rng, 6, 20)
    return {"": f"{hour} giờ{pick(rng, ('', '', ' 15', ' 30', ' 45'))}"}


def _hours(rng: Random, _: Sequence[str]) -> Facts:
    """An opening hour and, as ``_e``, a later closing hour."""
    return {"": _hour(rng, ("5", "9"))[""], "_e": _hour(rng, ("10", "21"))[""]}


def _moment(rng: Random, _: Sequence[str]) -> Facts:
    """A point in time: session and weekday, session and date, or hour and date."""
    session, weekday = pick(rng, pools.SESSION), pick(rng, pools.WEEKDAY)
    date = f"{between(rng, 1, 28)}/{between(rng, 1, 12)}"
    hour = between(rng, 7, 20)
    forms = (
        f"{session} {weekday}",
        f"{session} {date}",
        f"lúc {hour} giờ ngày {date}",
        f"lúc {hour} giờ {weekday}",
    )
    return {"": pick(rng, forms)}


def _score(rng: Random, args: Sequence[str]) -> Facts:
    """A win: the greater figure first; ``_r`` is the same score seen by the loser."""
    high = between(rng, 1, int(args[0]))
    low = between(rng, 0, high - 1)
    return {"": f"{high}-{low}", "_r": f"{low}-{high}"}


def _title(rng: Random, _: Sequence[str]) -> Facts:
    return {"": f"{pick(rng, pools.TITLE_FIRST)} {pick(rng, pools.TITLE_SECOND)}"}


def _firm(rng: Random, _: Sequence[str]) -> Facts:
    first, second = pick(rng, pools.SHOP_FIRST), pick(rng, pools.SHOP_SECOND)
    while first == second:
        second = pick(rng, pools.SHOP_SECOND)
    return {"": f"{first} {second}"}


def _year(rng: Random, _: Sequence[str]) -> Facts:
    return {"": str(between(rng, 1890, 1975))}


def _class(rng: Random, args: Sequence[str]) -> Facts:
    grade = between(rng, int(args[0]), int(args[1]))
    return {"": f"lớp {grade}{pick(rng, 'ABCDEG')}"}


def _weight(rng: Random, args: Sequence[str]) -> Facts:
    """A harvest or a purchase: ``weight small`` in kg, ``weight`` in kg, quintals or tonnes."""
    if "small" in args:
        return {"": f"{between(rng, 2, 60)} kg"}
    number, unit = between(rng, 3, 95), pick(rng, ("tạ", "tấn", "tấn", "kg"))
    return {"": f"{number * 10 if unit == 'kg' else number} {unit}"}


def _money(unit: str) -> Kind:
    """``k LOW HIGH [STEP]`` thousands, ``tr LOW HIGH [STEP]`` millions of đồng."""

    def draw(rng: Random, args: Sequence[str]) -> Facts:
        return {"": f"{_integer(rng, args)['']} {unit} đồng"}

    return draw


def _rise(rng: Random, _: Sequence[str]) -> Facts:
    """A price per kilo and, as ``_e``, a higher one."""
    low = between(rng, 6, 70)
    return {"": f"{low} nghìn đồng", "_e": f"{low + between(rng, 2, 25)} nghìn đồng"}


def _run(rng: Random, _: Sequence[str]) -> Facts:
    """A race's length in km and, as ``_m``, the winner's minutes at 3.2 to 5 minutes a km."""
    km = between(rng, 3, 42)
    return {"": f"{km}", "_m": f"{int(km * (3.2 + 1.8 * rng.random()))}"}


KINDS: Mapping[str, Kind] = {
    "person": _person,
    "int": _integer,
    "dec": _decimal,
    "date": _date,
    "hour": _hour,
    "moment": _moment,
    "score": _score,
    "title": _title,
    "firm": _firm,
    "class": _class,
    "weight": _weight,
    "k": _money("nghìn"),
    "tr": _money("triệu"),
    "rise": _rise,
    "run": _run,
    "year": _year,
    "period": _period,
    "hours": _hours,
    "name": _place(""),
    "commune": _place("xã", "xã", "phường", "thị trấn"),
    "hamlet": _place("thôn", "ấp", "xóm", "bản", "làng"),
    "district": _place("huyện"),
    "village": _place("làng"),
    "rural": _place("xã"),
    "primary": _place("Trường Tiểu học"),
    "school": _place("Trường Trung học"),
    "market": _place("chợ"),
    "bridge": _place("cầu"),
    "road": _place("đường"),
    "river": _place("sông", "kênh"),
    "hall": _place("nhà văn hóa"),
    "ground": _place("sân"),
    "clinic": _place("trạm y tế"),
    "hospital": _place("bệnh viện"),
    "lake": _place("hồ"),
    "crossing": _place("ngã ba", "ngã tư"),
    "port": _place("bến phà", "bến đò"),
    "station": _place("trạm"),
    "substation": _place("trạm điện"),
    "forest": _place("rừng"),
    "museum": _place("bảo tàng"),
    "weekday": _words(pools.WEEKDAY),
    "session": _words(pools.SESSION),
    "crop": _words(pools.CROP),
    "fruit": _words(pools.FRUIT),
    "animal": _words(pools.ANIMAL),
    "fish": _words(pools.FISH),
    "sapling": _words(pools.SAPLING),
    "wild": _words(pools.WILD),
    "country": _words(pools.COUNTRY),
    "job": _words(pools.JOB),
    "subject": _words(pools.SUBJECT),
    "lost": _words(pools.LOST),
    "goods": _words(pools.GOODS),
    "pest": _words(pools.PEST),
    "instrument": _words(pools.INSTRUMENT),
    "craft": _words(pools.CRAFT),
    "dish": _words(pools.DISH),
    "illness": _words(pools.ILLNESS),
    "vaccine": _words(pools.VACCINE),
    "machine": _words(pools.MACHINE),
}


def draw(rng: Random, specs: Mapping[str, str]) -> Facts:
    """Facts for slot name → kind; no two slots of one text get the same value or given name."""
    facts: Facts = {}
    seen: set[str] = set()
    for slot, spec in specs.items():
        kind, *args = spec.split()
        while True:
            value = KINDS[kind](rng, args)
            marks = {value[""], value.get("_g", value[""]), value.get("_n", value[""])}
            if not marks & seen:
                break
        seen |= marks
        facts.update({slot + suffix: text for suffix, text in value.items()})
    return facts
