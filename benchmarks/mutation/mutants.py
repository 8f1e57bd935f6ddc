"""Which faults are planted: every comparison, sum, truth, constant and result of a module, each changed a little."""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator
from dataclasses import dataclass

_COMPARISONS: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
}
_ARITHMETIC: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Mult,
    ast.Pow: ast.Mult,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
    ast.RShift: ast.LShift,
    ast.LShift: ast.RShift,
}
_BOOLEAN: dict[type[ast.boolop], type[ast.boolop]] = {ast.And: ast.Or, ast.Or: ast.And}
_UNTOUCHED = frozenset({"annotation", "returns", "decorator_list", "type_params"})


@dataclass(frozen=True)
class Mutant:
    """One fault: the place in the module it is planted at, and what stands there before and after."""

    number: int
    line: int
    before: str
    after: str

    @property
    def name(self) -> str:
        """Return how the fault is told in reports."""
        return f"line {self.line}: {self.before} -> {self.after}"


def mutants_of(source: str) -> list[Mutant]:
    """Return every fault that can be planted in a module, numbered from 0 in the order of its text."""
    planter = _Planter(None)
    planter.visit(ast.parse(source))
    return planter.found


def planted(source: str, number: int) -> str:
    """Return the module with one fault planted."""
    return ast.unparse(ast.fix_missing_locations(_Planter(number).visit(ast.parse(source))))


class _Planter(ast.NodeTransformer):
    """Walks the code that runs (no docstrings, annotations, decorators), counts the faults, and plants the one wanted."""

    def __init__(self, wanted: int | None) -> None:
        self.wanted, self.found = wanted, list[Mutant]()

    def visit(self, node: ast.AST) -> ast.AST:
        """Plant the wanted fault if it belongs here, else go on to the parts."""
        for fault in _faults(node):
            number = len(self.found)
            self.found.append(Mutant(number, getattr(node, "lineno", 0), _said(node), _said(fault)))
            if number == self.wanted:
                return fault
        if not _holds_no_code(node):
            for field, value in ast.iter_fields(node):
                if field not in _UNTOUCHED:
                    setattr(node, field, self._part(value))
        return node

    def _part(self, value: object) -> object:
        if isinstance(value, list):
            return [self.visit(item) if isinstance(item, ast.AST) else item for item in value]
        return self.visit(value) if isinstance(value, ast.AST) else value


def _holds_no_code(node: ast.AST) -> bool:
    """Docstrings, closed lists of names, exports, and the sentences of errors."""
    match node:
        case ast.Expr(value=ast.Constant()) | ast.Raise() | ast.Import() | ast.ImportFrom():
            return True
        case ast.Subscript(value=ast.Name(id="Literal" | "TypeVar" | "ClassVar")):
            return True
        case ast.Assign(targets=[ast.Name(id="__all__")]):
            return True
    return False


def _faults(node: ast.AST) -> Iterator[ast.AST]:
    match node:
        case ast.Compare():
            yield from _other_comparisons(node)
        case ast.BinOp(op=op) | ast.AugAssign(op=op) if type(op) in _ARITHMETIC:
            yield _with(node, op=_ARITHMETIC[type(op)]())
        case ast.BoolOp(op=op):
            yield _with(node, op=_BOOLEAN[type(op)]())
        case ast.UnaryOp(op=ast.Not() | ast.Invert() | ast.USub(), operand=operand):
            yield copy.deepcopy(operand)
        case ast.IfExp(test=test) | ast.If(test=test) | ast.comprehension(ifs=[test, *_]):
            negated = ast.UnaryOp(ast.Not(), copy.deepcopy(test))
            yield _with(node, ifs=[negated, *node.ifs[1:]]) if isinstance(node, ast.comprehension) else _with(node, test=negated)
        case ast.Return(value=value) if value is not None and not (isinstance(value, ast.Constant) and value.value is None):
            yield _with(node, value=ast.Constant(None))
        case ast.Constant(value=value):
            yield from _other_constants(value)
        case _:
            return


def _other_comparisons(node: ast.Compare) -> Iterator[ast.AST]:
    for place, op in enumerate(node.ops):
        for other in _COMPARISONS[type(op)]:
            yield _with(node, ops=[*node.ops[:place], other(), *node.ops[place + 1 :]])


def _other_constants(value: object) -> Iterator[ast.AST]:
    if isinstance(value, bool):
        yield ast.Constant(not value)
    elif isinstance(value, (int, float)):
        yield ast.Constant(value + 1)
    elif isinstance(value, str) and value:
        yield ast.Constant(f"XX{value}")


def _with(node: ast.AST, **changes: object) -> ast.AST:
    changed = copy.deepcopy(node)
    for name, value in changes.items():
        setattr(changed, name, value)
    return changed


def _said(node: ast.AST) -> str:
    """Return a node's text, the head of it if it is long."""
    text = " ".join(ast.unparse(ast.fix_missing_locations(copy.deepcopy(node))).split())
    return text if len(text) <= 90 else f"{text[:90]}..."
