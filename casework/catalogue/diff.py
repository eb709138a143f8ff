"""What changed between two versions of the catalogue, in sentences: for whoever must approve it, and for the counter.

Every field of every value is compared, also one that nobody wrote a sentence for: then the sentence names the field.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from casework.catalogue.check_limits import in_words
from casework.catalogue.schema import (
    Authorisation,
    Catalogue,
    Condition,
    Fee,
    Gate,
    Item,
    LimitData,
    Material,
    Situation,
    Step,
    Stop,
    Text,
    Track,
)
from casework.messages import Message
from casework.money import yuan

_KEYED = {
    "items": ("item", "code"),
    "posts": ("post", "id"),
    "bundles": ("bundle", "code"),
    "materials": ("material", "code"),
    "situations": ("situation", "code"),
    "fields": ("field", "id"),
    "options": ("option", "code"),
    "route": ("step", "id"),
    "stops": ("stop", "kind"),
    "gates": ("gate", "code"),
    "members": ("member", "item"),
    "tracks": ("track", "when"),
}
"""The tables of a catalogue, an item, a situation or a bundle: the word for one entry, and the field that names it."""

_FAMILIES = {
    "module": "module",
    "modules": "module",
    "kinds": "step",
    "applicants": "catalogue.word",
    "effect": "catalogue.word",
    "form": "catalogue.word",
    "kind": "catalogue.word",
    "result_paper": "catalogue.word",
    "start": "catalogue.word",
    "team": "catalogue.word",
    "unit": "catalogue.word",
}
"""Fields whose values are codes, with the family of messages that has their words."""

_LONG = 60
"""Characters of a text above which the old text is not said again."""


class Change(msgspec.Struct, frozen=True):
    """One difference: the `code` of the item, bundle or post, and what is different."""

    code: str
    what: Message


def diff(old: Catalogue, new: Catalogue) -> tuple[Change, ...]:
    """Everything in which `new` differs from `old`, by item, bundle and post; empty where nothing does."""
    comparison = _Comparison(old, new)
    changes: list[Change] = []
    for name in new.__struct_fields__:
        before, after = getattr(old, name), getattr(new, name)
        if name == "version" or before == after:
            continue
        if name in _KEYED:
            changes.extend(comparison.tables(name, before, after))
        else:
            changes.append(Change("", _changed(None, name, _value(name, before), _value(name, after))))
    return tuple(changes)


class _Comparison:
    """Two catalogues side by side; both are asked for the names of items and posts."""

    def __init__(self, old: Catalogue, new: Catalogue) -> None:
        self._items = {**old.items, **new.items}
        self._posts = {**old.posts, **new.posts}

    def tables(self, name: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
        """Items, posts or bundles that came, went or changed."""
        for code in sorted({*old, *new}):
            if code not in old or code not in new:
                word, part = ("added", new[code]) if code in new else ("removed", old[code])
                yield Change(code, Message(f"catalogue.diff.{word}", {"owner": self._owner(name, code, part)}))
            elif old[code] != new[code]:
                for message in self._part(None, old[code], new[code]):
                    yield Change(code, message)

    def _part(self, owner: Message | None, old: Any, new: Any) -> Iterator[Message]:
        """Every field in which `new` differs from `old`; `owner` is None for an item, a post or a bundle itself."""
        fields = list(new.__struct_fields__)
        if isinstance(new, LimitData) and (old.amount, old.unit) != (new.amount, new.unit) and owner:
            yield Message("catalogue.diff.own", {"field": owner, "old": in_words(old), "new": in_words(new)})
            fields = [name for name in fields if name not in {"amount", "unit"}]
        for name in fields:
            before, after = getattr(old, name), getattr(new, name)
            if before != after:
                own = _own_sentence(owner, new, name, before, after) or self._moved(owner, new, name, before, after)
                yield from [own] if own else self._field(owner, new, name, before, after)

    def _field(self, owner: Message | None, part: Any, name: str, old: Any, new: Any) -> Iterator[Message]:
        if name in _KEYED and _once(name, old) and _once(name, new):
            yield from self._list(owner, name, old, new)
        elif isinstance(new, (LimitData, Fee, Authorisation)) and type(old) is type(new):
            yield from self._part(_inside(owner, Message(f"catalogue.field.{name}")), old, new)
        else:
            kind = "step" if isinstance(part, Step) and name == "kind" else ""
            yield _changed(owner, name, *_pair(name, old, new, kind))

    def _list(self, owner: Message | None, name: str, old: Sequence[Any], new: Sequence[Any]) -> Iterator[Message]:
        before, after = ({_key(name, each): each for each in values} for values in (old, new))
        for code, part in {**before, **after}.items():
            inner = _inside(owner, self._owner(name, code, part))
            if code not in before:
                yield Message("catalogue.diff.added", {"owner": inner})
            elif code not in after:
                yield Message("catalogue.diff.removed", {"owner": inner})
            else:
                yield from self._part(inner, before[code], after[code])
        if [code for code in before if code in after] != [code for code in after if code in before]:
            yield Message("catalogue.diff.order", {"owner": _inside(owner, Message(f"catalogue.field.{name}"))})

    def _moved(self, owner: Message | None, part: Any, name: str, old: Any, new: Any) -> Message | None:
        """A step that another post has now, or another lead of a bundle, by the names of the posts."""
        if isinstance(part, Step) and name == "post":
            return Message("catalogue.diff.moved", {"owner": owner, "old": self._post(old), "new": self._post(new)})
        return _changed(owner, name, self._post(old), self._post(new)) if name == "lead" else None

    def _post(self, code: str) -> Any:
        return self._posts[code].name.both() if code in self._posts else code

    def _owner(self, name: str, code: str, part: Any) -> Message:
        facts = {"what": Message(f"catalogue.part.{_KEYED[name][0]}"), "code": code, "name": self._name(code, part)}
        return Message("catalogue.diff.owner", facts)

    def _name(self, code: str, part: Any) -> Any:
        if isinstance(part, Situation):
            return part.question.both()
        if isinstance(part, Step):
            return Message(f"step.{part.kind}")
        if isinstance(part, Stop):
            return Message(f"suspension.{part.kind}")
        if isinstance(part, Gate):
            return Message(f"catalogue.word.{part.effect}")
        if isinstance(part, Track):
            return in_words(part.promised)
        found = getattr(part, "name", None) or getattr(part, "label", None)
        if found is None and code in self._items:
            found = self._items[code].name
        return found.both() if isinstance(found, Text) else code


def _own_sentence(owner: Message | None, part: Any, name: str, old: Any, new: Any) -> Message | None:
    """The sentence of a difference that means more than one value for another."""
    if isinstance(part, Material) and name in {"pledge", "defer", "authority"}:
        return Message(f"catalogue.diff.{name}_{'on' if new else 'off'}", {"owner": owner})
    if isinstance(part, Material) and name == "source" and (old is None or new is None):
        source = new or old
        return Message(f"catalogue.diff.source_{'on' if new else 'off'}", {"owner": owner, "source": source.both()})
    if isinstance(part, Fee) and name == "amount":
        return _changed(owner, name, *(Message("catalogue.fen", {"yuan": yuan(fen)}) for fen in (old, new)))
    if isinstance(new, Text) and isinstance(old, Text) and len(new.zh) > _LONG:
        facts = {"owner": owner or Message(f"catalogue.part.{_word_of(part)}"), "field": _field_word(name)}
        return Message("catalogue.diff.rewritten", {**facts, "new": new.both()})
    return None


def _word_of(part: Any) -> str:
    return "item" if isinstance(part, Item) else "bundle"


def _changed(owner: Message | None, name: str, old: Any, new: Any) -> Message:
    facts = {"field": _field_word(name), "old": old, "new": new}
    if owner is None:
        return Message("catalogue.diff.own", facts)
    return Message("catalogue.diff.changed", {"owner": owner, **facts})


def _field_word(name: str) -> Message:
    return Message(f"catalogue.field.{name}")


def _inside(parent: Message | None, owner: Message) -> Message:
    return owner if parent is None else Message("catalogue.diff.inside", {"parent": parent, "owner": owner})


def _once(name: str, values: Sequence[Any]) -> bool:
    """Whether each entry has a name of its own; the linter says where not, and no entry may hide another."""
    return len({_key(name, each) for each in values}) == len(values)


def _key(name: str, part: Any) -> str:
    found = getattr(part, _KEYED[name][1])
    return condition_in_words(found) if isinstance(found, Condition) else str(found)


def _pair(name: str, old: Any, new: Any, family: str = "") -> tuple[Any, Any]:
    if isinstance(old, Text) and isinstance(new, Text) and (old.zh == new.zh or old.en == new.en):
        return f"{old.zh} / {old.en}", f"{new.zh} / {new.en}"  # in one language nothing changed, and would say so
    return _value(name, old, family), _value(name, new, family)


def _value(name: str, value: Any, family: str = "") -> Any:
    """`value` of the field `name` as people read it."""
    if value is None or value in ("", ()):
        return Message("catalogue.word.nothing")
    if isinstance(value, bool):
        return Message(f"catalogue.word.{'yes' if value else 'no'}")
    if isinstance(value, str):
        family = family or _FAMILIES.get(name, "")
        return Message(f"{family}.{value}") if family else value
    if isinstance(value, tuple) and all(isinstance(each, str) for each in value):
        return [_value(name, each, family) for each in value]
    if isinstance(value, Text):
        return value.both()
    if isinstance(value, Condition):
        return condition_in_words(value)
    if isinstance(value, LimitData):
        return in_words(value)
    if isinstance(value, Fee):
        return value.name.both()
    if isinstance(value, Authorisation):
        return value.number
    return msgspec.json.encode(value).decode()


def condition_in_words(condition: Condition) -> str:
    """`condition` by the codes that it names: `a=yes & (b=no | c=yes)`."""
    parts = [f"{condition.situation}={condition.equals}"] if condition.situation else []
    parts += [condition_in_words(each) for each in condition.all]
    if condition.any:
        parts.append(f"({' | '.join(condition_in_words(each) for each in condition.any)})")
    return " & ".join(parts) or "-"
