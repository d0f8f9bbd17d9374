"""Platform expressions as routing conditions: what the closed tree can say is carried, everything else refused."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from survey.routing import Count, IsMissing, Selected
from survey.structures.condition_algebra import Result, all_of, any_of, compare, negated
from survey.structures.draft import Kind
from survey.structures.expression_tree import COMPARISONS, Call, Constant, Listing, Name, Node, Operation

__all__ = ["NotCarriedError", "Target", "Targets", "translate"]

Code = int | float | str

_MIRRORED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "=": "=", "!=": "!="}
_CHOICES = frozenset({"scale", "single", "multiple", "ranking"})


class NotCarriedError(Exception):
    """A condition that cannot be carried; ``code`` and ``name`` say why."""

    def __init__(self, code: str, name: str) -> None:
        super().__init__(code, name)
        self.code = code
        self.name = name


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What a reference means: a question, or one option of a multiple choice.

    ``options`` maps the source's option codes to ours.
    """

    question: str
    kind: Kind
    options: Mapping[str, Code] = field(default_factory=dict)
    option: Code | None = None
    ticked_by: frozenset[str] = frozenset({"Y", "1"})


class Targets(Protocol):
    """Finds what a reference means."""

    def resolve(self, name: str) -> Target:
        """The target of a reference.

        Raises
        ------
        NotCarriedError
            The source has no such question, or more than one, or it was not carried.
        """
        ...

    def options_of(self, question: str) -> frozenset[Code]:
        """Our option codes of a question, by our code of it."""
        ...


def translate(node: Node, targets: Targets, *, unanswered_fails: bool = False) -> Result:
    """A parsed expression as a condition; True or False where it does not depend on any answer.

    Parameters
    ----------
    unanswered_fails
        Whether the platform takes ``!=`` as false for an empty answer.

    Raises
    ------
    NotCarriedError
        The closed tree cannot say it, or it looks at something that is not there.
    """
    return _Translator(targets, unanswered_fails).condition(node)


class _Translator:
    def __init__(self, targets: Targets, unanswered_fails: bool) -> None:
        self.targets = targets
        self.unanswered_fails = unanswered_fails

    def condition(self, node: Node) -> Result:
        match node:
            case Constant(bool() as truth):
                return truth
            case Constant(float() as number):
                return number != 0
            case Operation("and", parts):
                return all_of([self.condition(part) for part in parts])
            case Operation("or", parts):
                return any_of([self.condition(part) for part in parts])
            case Operation("not", (inner,)) | Call("not", (inner,)):
                return negated(self.condition(inner))
            case Operation("empty" | "notempty" as operator, (Name(name),)):
                return self.missing(self.targets.resolve(name), operator == "empty")
            case Operation(operator, (left, right)) if operator in COMPARISONS:
                return self.compared(operator, left, right)
            case Call():
                return self.called(node)
            case Name(name):
                target = self.targets.resolve(name)
                if target.option is not None:
                    return Selected(question=target.question, selected=(target.option,))
        raise NotCarriedError("survey.structure_routing_beyond", _shown(node))

    def missing(self, target: Target, wanted: bool) -> Result:
        if target.option is not None:
            chosen: Result = Selected(question=target.question, selected=(target.option,))
            return negated(chosen) if wanted else chosen
        missing: Result = IsMissing(is_missing=target.question)
        return missing if wanted else negated(missing)

    def called(self, call: Call) -> Result:
        match call.name, call.arguments:
            case "true", ():
                return True
            case "false", ():
                return False
            case (("selected" | "jr:selected"), (Name(name), Constant(value))):
                return self.chosen(self.targets.resolve(name), [_text(value)])
            case (("is_empty" | "is.na" | "isempty" | "empty"), (Name(name),)):
                return self.missing(self.targets.resolve(name), True)
        raise NotCarriedError("survey.structure_routing_beyond", call.name + "()")

    def chosen(self, target: Target, values: Sequence[str]) -> Result:
        """One of the options is chosen (or ticked, or ranked)."""
        if target.kind not in _CHOICES:
            raise NotCarriedError("survey.structure_routing_beyond", target.question)
        codes = [self.option(target, value) for value in values]
        return Selected(question=target.question, selected=tuple(dict.fromkeys(codes))) if codes else False

    def option(self, target: Target, value: str) -> Code:
        if value not in target.options:
            raise NotCarriedError("survey.structure_routing_option", f"{target.question} = {value}")
        return target.options[value]

    def compared(self, operator: str, left: Node, right: Node) -> Result:
        if isinstance(left, Constant) and not isinstance(right, Constant) and operator in _MIRRORED:
            left, right, operator = right, left, _MIRRORED[operator]
        match left, right:
            case (Constant(one), Constant(other)) if operator in {"=", "!="}:
                return (_text(one) == _text(other)) == (operator == "=")
            case (Name(name), Listing(parts)):
                return self.among(operator, self.targets.resolve(name), _texts(parts))
            case (Name(name), Call("c", parts)) if operator == "in":
                return self.among("anyof", self.targets.resolve(name), _texts(parts))
            case (Constant(value), Name(name)) if operator == "in":
                return self.chosen(self.targets.resolve(name), [_text(value)])
            case (Name(name), Constant(value)):
                return self.against(operator, name, value)
            case (Call() | Operation("+", _), Constant(float() as value)):
                return self.counted(operator, left, value)
        raise NotCarriedError("survey.structure_routing_beyond", _shown(Operation(operator, (left, right))))

    def among(self, operator: str, target: Target, values: list[str]) -> Result:
        if operator in {"anyof", "in", "contains"} and (operator != "contains" or len(values) == 1):
            return self.chosen(target, values)
        if operator in {"allof", "contains"}:
            return all_of([self.chosen(target, [value]) for value in values])
        if operator in {"noneof", "notcontains"}:
            return negated(self.chosen(target, values))
        if operator == "=" and target.kind == "multiple":
            exactly = self.number_ticked(target.question, "=", len(values))
            return all_of([*(self.chosen(target, [value]) for value in values), exactly])
        raise NotCarriedError("survey.structure_routing_beyond", target.question)

    def against(self, operator: str, name: str, value: str | float | bool) -> Result:
        """A reference compared with a constant."""
        if name.endswith(".length") and isinstance(value, float):
            return self.number_ticked(self.multiple(name.removesuffix(".length")).question, operator, value)
        target = self.targets.resolve(name)
        text = _text(value)
        if text == "" and operator in {"=", "!="}:
            return self.missing(target, operator == "=")
        if target.option is not None:
            ticked: Result = Selected(question=target.question, selected=(target.option,))
            if operator not in {"=", "!="} or text not in target.ticked_by:
                raise NotCarriedError("survey.structure_routing_beyond", f"{name} {operator} {text}")
            return ticked if operator == "=" else negated(ticked)
        if operator in {"contains", "anyof", "allof"} and target.kind in {"multiple", "ranking"}:
            return self.chosen(target, [text])
        if operator in {"notcontains", "noneof"} and target.kind in {"multiple", "ranking"}:
            return negated(self.chosen(target, [text]))
        if operator == "!=":
            differs = negated(self.against("=", name, value))
            return all_of([self.missing(target, False), differs]) if self.unanswered_fails else differs
        if target.kind == "number" and operator in _MIRRORED:
            return compare(target.question, operator, _number(value, target.question))
        if operator == "=" and target.kind in {"scale", "single"}:
            return self.chosen(target, [text])
        if operator == "=" and target.kind == "multiple":
            return self.among("=", target, [text])
        if operator in _MIRRORED and target.kind in {"scale", "single"}:
            return self.ordered(target, operator, _number(value, target.question))
        raise NotCarriedError("survey.structure_routing_beyond", f"{name} {operator} {text}")

    def ordered(self, target: Target, operator: str, value: float) -> Result:
        """Option codes that are numbers, compared as the platform compares them."""
        codes = dict.fromkeys(target.options.values())
        if not all(isinstance(code, int | float) for code in codes):
            raise NotCarriedError("survey.structure_routing_beyond", f"{target.question} {operator} {value:g}")
        holds = _RELATIONS[operator]
        wanted = tuple(code for code in codes if holds(float(code), value))
        return Selected(question=target.question, selected=wanted) if wanted else False

    def counted(self, operator: str, left: Call | Operation | Node, value: float) -> Result:
        """``count-selected(q) >= 2``, ``count(q_a, q_b) > 0``, sums of ``if(selected(..), 1, 0)``, lengths of texts."""
        match left:
            case Call("count-selected", (Name(name),)):
                return self.number_ticked(self.multiple(name).question, operator, value)
            case Call("string-length" | "strlen" | "nchar", (Name(name),)):
                target = self.targets.resolve(name)
                if (operator, value) in {(">", 0), ("!=", 0), (">=", 1)}:
                    return self.missing(target, False)
                if (operator, value) in {("=", 0), ("<", 1), ("<=", 0)}:
                    return self.missing(target, True)
            case Call("count", arguments):
                return self.ticked_among([self.ticked_option(part) for part in arguments], operator, value)
            case Operation("+", parts):
                return self.ticked_among([self.summand(part) for part in parts], operator, value)
        raise NotCarriedError("survey.structure_routing_beyond", _shown(left))

    def multiple(self, name: str) -> Target:
        target = self.targets.resolve(name)
        if target.kind != "multiple" or target.option is not None:
            raise NotCarriedError("survey.structure_routing_beyond", name)
        return target

    def ticked_option(self, node: Node) -> Selected:
        condition = self.condition(node) if isinstance(node, Name) else None
        if not isinstance(condition, Selected):
            raise NotCarriedError("survey.structure_routing_beyond", _shown(node))
        return condition

    def summand(self, node: Node) -> Selected:
        match node:
            case Call("if" | "iif", (condition, Constant(1.0), Constant(0.0))):
                inner = self.condition(condition)
                if isinstance(inner, Selected):
                    return inner
        raise NotCarriedError("survey.structure_routing_beyond", _shown(node))

    def ticked_among(self, chosen: list[Selected], operator: str, value: float) -> Result:
        """How many of some options of one question are ticked."""
        questions = {part.question for part in chosen}
        codes = tuple(code for part in chosen for code in part.selected)
        if len(questions) == 1 and len(set(codes)) == len(codes) and codes:
            question = questions.pop()
            if set(codes) == self.targets.options_of(question):
                return self.number_ticked(question, operator, value)
            some: Result = Selected(question=question, selected=codes)
            if (operator, value) in {(">", 0), (">=", 1), ("!=", 0)}:
                return some
            if (operator, value) in {("=", 0), ("<", 1), ("<=", 0)}:
                return negated(some)
        raise NotCarriedError("survey.structure_routing_beyond", ", ".join(sorted(questions)))

    def number_ticked(self, question: str, operator: str, value: float) -> Result:
        if value != int(value) or operator not in _MIRRORED:
            raise NotCarriedError("survey.structure_routing_beyond", f"{question} {operator} {value:g}")
        number = int(value)

        def at_least(least: int) -> Result:
            return True if least <= 0 else Count(count=question, at_least=least)

        match operator:
            case ">=":
                return at_least(number)
            case ">":
                return at_least(number + 1)
            case "<":
                return negated(at_least(number))
            case "<=":
                return negated(at_least(number + 1))
        exactly = all_of([at_least(number), negated(at_least(number + 1))])
        return exactly if operator == "=" else negated(exactly)


_RELATIONS: Mapping[str, Callable[[float, float], bool]] = {
    "=": lambda code, value: code == value,
    "<": lambda code, value: code < value,
    "<=": lambda code, value: code <= value,
    ">": lambda code, value: code > value,
    ">=": lambda code, value: code >= value,
}


def _text(value: str | float | bool) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    return value


def _texts(parts: tuple[Node, ...]) -> list[str]:
    texts = [_text(part.value) for part in parts if isinstance(part, Constant)]
    if len(texts) < len(parts):
        raise NotCarriedError("survey.structure_routing_beyond", "[…]")
    return texts


def _number(value: str | float | bool, name: str) -> float:
    try:
        return float(value)
    except ValueError:
        raise NotCarriedError("survey.structure_routing_option", f"{name} = {value}") from None


def _shown(node: Node) -> str:
    match node:
        case Name(text):
            return text
        case Call(name, _):
            return f"{name}()"
        case Operation(operator, _):
            return operator
        case Constant(value):
            return _text(value)
    return "[…]"
