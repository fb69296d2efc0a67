"""Edits of a mapper's rules as pure functions from one list to the next. Rules are plain, as they stand in the file; what isn't
edited stays the very same object, unknown keys included."""

from __future__ import annotations

import copy
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from mailflow_gui.qt.forms.rules import catalogue
from mailflow_gui.qt.forms.rules.body import KEYS
from mailflow_gui.qt.forms.values import MISSING, merged

Rules = list[Any]
Source = Mapping[str, Any]

BY_NAME = ("reply_to", "subject", "text", "html")
"""Fields of a received mail that a new mail may take under the same name. Its addresses are left out: the new mail would go to those
who got the old one."""


def target_of(rule: Any) -> str:
    """A rule's target; empty where the file has none."""
    target = rule.get("target") if isinstance(rule, Mapping) else None
    return target if isinstance(target, str) else ""


def sources_of(rule: Any) -> list[Source]:
    """A rule's sources, those that are any."""
    found = catalogue.entries(rule, "sources") if isinstance(rule, Mapping) else []
    return [one for one in found if isinstance(one, Mapping)]


def steps_of(rule: Any) -> list[Any]:
    """A rule's steps."""
    return catalogue.entries(rule, "transformations") if isinstance(rule, Mapping) else []


def index_of(rules: Sequence[Any], target: str) -> int | None:
    """The first rule that fills a target."""
    return next((place for place, rule in enumerate(rules) if target_of(rule) == target), None)


def replaced(rules: Sequence[Any], index: int, rule: Any) -> Rules:
    """With another rule in a place."""
    return [rule if place == index else one for place, one in enumerate(rules)]


def put(rule: Any, key: str, value: Any) -> dict[str, Any]:
    """A rule with one of its keys set, or left out (MISSING), in the file's order."""
    return merged(rule if isinstance(rule, Mapping) else {}, key, value, order=KEYS)


def mapped(rules: Sequence[Any], source: Source | None, target: str) -> tuple[Rules, int]:
    """With ``source`` mapped to ``target``: as one more source of the rule that fills it, else by a new rule; and the rule's place."""
    index = index_of(rules, target)
    if index is None:
        return [*rules, {"target": target, "sources": [] if source is None else [dict(source)]}], len(rules)
    return (list(rules) if source is None else combined(rules, index, source)), index


def combined(rules: Sequence[Any], index: int, source: Source) -> Rules:
    """With one more source in a rule; one that it has already isn't added again."""
    rule = rules[index]
    sources = catalogue.entries(rule, "sources") if isinstance(rule, Mapping) else []
    if dict(source) in sources:
        return list(rules)
    return replaced(rules, index, put(rule, "sources", [*sources, dict(source)]))


def without(rules: Sequence[Any], places: Collection[int]) -> Rules:
    """Without some rules."""
    return [rule for place, rule in enumerate(rules) if place not in places]


def moved(rules: Sequence[Any], index: int, to: int) -> Rules:
    """With a rule at another place."""
    rest = [rule for place, rule in enumerate(rules) if place != index]
    return [*rest[:to], rules[index], *rest[to:]]


def inserted(rules: Sequence[Any], at: int, added: Sequence[Any]) -> Rules:
    """With copies of rules put in at a place. Targets that are filled already stay theirs: a copy's is left to be chosen."""
    taken = {target_of(rule) for rule in rules}
    copies = []
    for rule in added:
        one = copy.deepcopy(rule)
        if target_of(one) in taken and isinstance(one, dict):
            one["target"] = ""
        taken.add(target_of(one))
        copies.append(one)
    return [*rules[:at], *copies, *rules[at:]]


def with_steps(rules: Sequence[Any], index: int, steps: Sequence[Any]) -> Rules:
    """With other steps in a rule."""
    return replaced(rules, index, put(rules[index], "transformations", list(steps) or MISSING))


def with_step(rules: Sequence[Any], index: int, name: str, at: int | None = None) -> Rules:
    """With one more step in a rule, at a place or at the end."""
    steps = steps_of(rules[index])
    place = len(steps) if at is None else at
    return with_steps(rules, index, [*steps[:place], catalogue.new_step(name), *steps[place:]])


def with_targets(rules: Sequence[Any], made: Mapping[str, Any], gone: Collection[str]) -> Rules:
    """With other rules for some targets, each in the place of the first that filled it, and nothing for those that are ``gone``."""
    after: Rules = []
    waiting = dict(made)
    for rule in rules:
        target = target_of(rule)
        if target in waiting:
            after.append(waiting.pop(target))
        elif target not in made and target not in gone:
            after.append(rule)
    return [*after, *waiting.values()]


def step_moved(rules: Sequence[Any], index: int, step: int, to: int) -> Rules:
    """With a rule's step at another place."""
    return with_steps(rules, index, moved(steps_of(rules[index]), step, to))


def by_name(rules: Sequence[Any], names: Collection[str], targets: Sequence[str]) -> Rules:
    """With a rule for each target that has none and whose name is a field's."""
    taken = {target_of(rule) for rule in rules}
    return [
        *rules,
        *(
            {"target": target, "sources": [{"field": target}]}
            for target in targets
            if target in names and target not in taken
        ),
    ]
