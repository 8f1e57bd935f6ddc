"""What does a forest's text hold: its trees as flat tables, in a form in which no row is led through a tree.

QuickScorer's form (Lucchese and others, 2015, SIGIR): the leaves of a tree stand in their order from left to right, a bit each. A
row that goes right at a node cannot end in the leaves to the left of it, so the node clears their bits. When every node of the
tree was asked, in whatever order, the lowest bit left is the leaf the row ends in.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt

from features.errors import Damaged
from features.language.program import frozen
from models.rows import FloatArray

MOST_LEAVES = 32
SPREAD = 0x077CB531
"""A de Bruijn sequence: its product with one bit, modulo 2^32, has in its top five bits a number of that bit's own."""

_PLACES = [(SPREAD << bit & 0xFFFFFFFF) >> 27 for bit in range(MOST_LEAVES)]
_CATEGORICAL, _LEFT_IF_MISSING = 1, 2
_MISSING_IS_ZERO, _MISSING_IS_NAN = 1, 2
_Number = TypeVar("_Number", np.int64, np.float64)
Whole = npt.NDArray[np.int64]


class ForestUnreadable(Damaged):
    """The text of a model holds no forest that answers as it should."""


class Tables(NamedTuple):
    """A forest of trees of at most 32 leaves that split quantities only. Nodes stand tree after tree, as read-only arrays.

    Tree t has the nodes from `starts[t]` to before `starts[t + 1]`, and adds to answer t modulo the number of answers.
    """

    features: Whole
    """The columns of a row that any node reads."""
    columns: Whole
    """Which of `features` a node reads, as a place among them."""
    thresholds: npt.NDArray[np.float32]
    """A row goes left if its value is at most this."""
    unknown_left: npt.NDArray[np.bool_]
    """Whether a row goes left if the value is missing."""
    zero_unknown: npt.NDArray[np.bool_]
    """Whether 0 counts as missing."""
    kept: npt.NDArray[np.uint32]
    """The leaves a row can still end in once it went right."""
    starts: Whole
    leaves: FloatArray
    """What each leaf adds, shape (trees, 32): that of bit b at the place b x `SPREAD` has in its top five bits."""


def read_tables(text: str, *, answers: int) -> Tables | None:
    """Return the tables of a LightGBM text, whose hash was checked before; None for trees that tables do not cover.

    Not covered, and left to the library: splits by sets of codes, linear leaves, averaged forests, more than 32 leaves.

    Raises
    ------
    ForestUnreadable
        If the text is no whole forest of `answers` scores a row.
    """
    head, *trees = (_fields(block) for block in text.partition("\nend of trees")[0].split("\nTree="))
    one_a_score = head.get("num_tree_per_iteration") == str(answers) and "average_output" not in head
    if not trees or not one_a_score or not all(map(_covered, trees)):
        return None
    if len(trees) % answers:
        raise _damage(f"needed {answers} trees a round, found {len(trees)} in all")
    return _joined([_tree(fields) for fields in trees], width=int(_whole(head, "max_feature_idx", 1)[0]) + 1)


def no_trees() -> Tables:
    """Return the tables of no trees: for the types of the arrays."""
    empty, none = frozen(np.zeros(0, np.int64)), frozen(np.zeros(0, np.bool_))
    thresholds, kept = frozen(np.zeros(0, np.float32)), frozen(np.zeros(0, np.uint32))
    return Tables(empty, empty, thresholds, none, none, kept, empty, frozen(np.zeros((0, MOST_LEAVES))))


class _Tree(NamedTuple):
    features: Whole
    thresholds: FloatArray
    decisions: Whole
    kept: list[int]
    leaves: FloatArray


def _fields(block: str) -> dict[str, str]:
    return {name: value for name, _, value in (line.partition("=") for line in block.splitlines())}


def _covered(fields: Mapping[str, str]) -> bool:
    leaves = fields.get("num_leaves", "")
    few = not leaves.isdecimal() or int(leaves) <= MOST_LEAVES  # what is no number is found out when it is read
    return few and fields.get("num_cat", "0") == "0" and fields.get("is_linear", "0") == "0"


def _tree(fields: Mapping[str, str]) -> _Tree:
    count = int(_whole(fields, "num_leaves", 1)[0])
    nodes = count - 1
    children = [_whole(fields, side, nodes).tolist() for side in ("left_child", "right_child")]
    thresholds, decisions = _real(fields, "threshold", nodes), _whole(fields, "decision_type", nodes)
    if np.isnan(thresholds).any() or (decisions & _CATEGORICAL).any():
        raise _damage("needed splits of quantities at known thresholds, found others")
    places, kept = _order(*children)
    leaves = np.zeros(MOST_LEAVES)
    leaves[[_PLACES[place] for place in places]] = _real(fields, "leaf_value", count)
    return _Tree(_whole(fields, "split_feature", nodes), thresholds, decisions, kept, leaves)


def _order(left: list[int], right: list[int]) -> tuple[list[int], list[int]]:
    """Return the place of each leaf from left to right, and the leaves each node keeps for a row that goes right.

    A child is a later node, or a leaf: -1 is the first.
    """
    nodes = len(left)
    later = all(child < 0 or child > node for side in (left, right) for node, child in enumerate(side))
    if not later or sorted(left + right) != [*range(-nodes - 1, 0), *range(1, nodes)][: 2 * nodes]:
        raise _damage("needed each node and leaf of a tree under one node before it, found another tree")
    sizes, first = [1] * (2 * nodes + 1), [0] * (2 * nodes + 1)  # by child: leaves stand last, where -1 leads
    for node in reversed(range(nodes)):
        sizes[node] = sizes[left[node]] + sizes[right[node]]
    for node in range(nodes):
        first[left[node]] = first[node]
        first[right[node]] = first[node] + sizes[left[node]]
    kept = [~(((1 << sizes[left[node]]) - 1) << first[node]) & 0xFFFFFFFF for node in range(nodes)]
    return [first[~leaf] for leaf in range(nodes + 1)], kept


def _joined(trees: list[_Tree], *, width: int) -> Tables:
    read, thresholds, decisions = (np.concatenate([tree[field] for tree in trees]) for field in range(3))
    if ((read < 0) | (read >= width)).any():
        raise _damage(f"needed splits of {width} columns, found columns {read.min()} to {read.max()}")
    features, columns = np.unique(read, return_inverse=True)
    missing = decisions >> 2 & 3
    told = (missing == _MISSING_IS_ZERO) | (missing == _MISSING_IS_NAN)
    left = np.where(told, decisions & _LEFT_IF_MISSING != 0, thresholds >= 0)  # where training missed none, NaN is read as 0
    return Tables(
        features=frozen(features),
        columns=frozen(columns),
        thresholds=frozen(_rounded_down(thresholds)),
        unknown_left=frozen(left),
        zero_unknown=frozen(missing == _MISSING_IS_ZERO),
        kept=frozen(np.array([mask for tree in trees for mask in tree.kept], np.uint32)),
        starts=frozen(np.cumsum([0, *(len(tree.kept) for tree in trees)])),
        leaves=frozen(np.stack([tree.leaves for tree in trees])),
    )


def _rounded_down(thresholds: FloatArray) -> npt.NDArray[np.float32]:
    """Return the greatest float32 not above each: float32 values lie on the same side of it as of the threshold itself."""
    with np.errstate(over="ignore"):
        nearest = thresholds.astype(np.float32)
    return np.where(nearest > thresholds, np.nextafter(nearest, np.float32(-np.inf)), nearest)


def _whole(fields: Mapping[str, str], name: str, count: int) -> Whole:
    return _numbers(fields, name, count=count, kind=np.int64)


def _real(fields: Mapping[str, str], name: str, count: int) -> FloatArray:
    return _numbers(fields, name, count=count, kind=np.float64)


def _numbers(fields: Mapping[str, str], name: str, *, count: int, kind: type[_Number]) -> npt.NDArray[_Number]:
    words = fields.get(name, "").split()
    if len(words) != count:
        raise _damage(f"needed {count} numbers as {name}, found {len(words)}")
    try:
        return np.array(words, np.str_).astype(kind)
    except (ValueError, OverflowError) as problem:
        raise _damage(f"needed numbers as {name}, found none: {problem}") from problem


def _damage(what: str) -> ForestUnreadable:
    return ForestUnreadable(f"{what}; take the model from its store again")
