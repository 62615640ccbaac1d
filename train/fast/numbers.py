"""What compiled loops are made of: numbers in fp32 and bf16, random bits, and threads.

Numbers are computed in fp32 and kept as they came: fp32, or bf16 as its bits in 16-bit integers,
which numpy has no other name for.

Random bits are drawn from a counter: those of a row follow from the seed and the row's number, so
that they can be drawn again, and neither the order of the rows nor the number of threads changes
anything.

numba keeps what it compiled beside a file, and compiles it anew when the text of *that* file has
changed: after a change here, bring ``kernels.NUMBERS`` up to date, as the tests say.

A leaf: numba is loaded here, and nothing imports this at its top.

References
----------
J. K. Salmon et al., Parallel Random Numbers: As Easy as 1, 2, 3, SC 2011 (drawing from a counter).
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Any, Final

import numba
import numpy as np
import numpy.typing as npt
import torch
from llvmlite import ir
from numba import extending, types

Numbers = npt.NDArray[Any]
#: Not as numba describes it: what it makes is called without the context that it is given.
intrinsic: Any = extending.intrinsic

#: Sums may be taken in any order, and no number is "not a number" that the result depends on.
FAST: Final = {"reassoc", "contract", "arcp", "nsz"}
#: Elements below which a second thread costs more than it does.
PART: Final = 1 << 16
#: Rows and columns of what `turn_square` takes.
SQUARE: Final = 32
#: e**x is taken to be zero below this: numbers that small would end as denormal ones, which
#: processors add and multiply a hundred times as slowly.
LEAST: Final = -60.0
#: 2**x for -0.5 <= x <= 0.5 as a sum of powers of x, the highest first.
POWER: Final = (0.0013333558, 0.0096181291, 0.0555041087, 0.2402265070, 0.6931471806, 1.0)

ONE, ZERO, LOWEST = np.float32(1.0), np.float32(0.0), np.float32(-np.inf)
_I16, _I32, _FLOAT = ir.IntType(16), ir.IntType(32), ir.FloatType()


def compiled(function: Callable[..., Any]) -> Callable[..., Any]:
    """Compile a loop at its first call, and keep what came out on disk where that can be."""
    how: dict[str, Any] = {"nogil": True, "fastmath": FAST, "error_model": "numpy"}
    try:
        made: Callable[..., Any] = numba.njit(function, cache=True, **how)
    except RuntimeError:  # no folder to keep it in can be written
        made = numba.njit(function, **how)
    return made


def inner(function: Callable[..., Any]) -> Callable[..., Any]:
    """Compile a loop into every other that calls it.

    Kept apart, it would be there twice: compiled by itself, which is what runs in the process that
    compiles, and once more in what its caller keeps on disk. The two add up in another order, and
    the first training on a machine would give other numbers than all those behind it.
    """
    how: dict[str, Any] = {"nogil": True, "fastmath": FAST, "error_model": "numpy"}
    made: Callable[..., Any] = numba.njit(function, forceinline=True, **how)
    return made


def array_of(tensor: torch.Tensor) -> Numbers:
    """Give the memory of a tensor on the CPU: bf16 as 16-bit integers."""
    if tensor.requires_grad:
        tensor = tensor.detach()
    if tensor.dtype == torch.bfloat16:
        tensor = tensor.view(torch.uint16)
    found: Numbers = tensor.numpy()
    return found


class Mask:
    """Which elements dropout drops, from torch's global random state.

    Parameters
    ----------
    p
        Probability that an element is dropped, 0 <= p < 1, in steps of 2**-16.
    """

    def __init__(self, p: float) -> None:
        self.limit = np.uint16(min(round(p * 65536), 65535))
        self.larger = np.float32(65536 / (65536 - int(self.limit)))
        self.seed = np.uint64(int(torch.randint(2**62, ())))

    def given(self) -> tuple[np.uint64, np.uint16, np.float32]:
        """Give what the kernels take: seed, limit, and the factor of what is kept."""
        return self.seed, self.limit, self.larger


@cache
def _pool(threads: int) -> ThreadPoolExecutor:
    return ThreadPoolExecutor(threads, "augment-kernels")


def spread(kernel: Callable[..., None], rows: int, elements: int, *given: object) -> None:
    """Run a kernel over its rows, on as many threads as torch has and the work is worth."""
    parts = min(torch.get_num_threads(), elements // PART, rows)
    if parts <= 1:
        kernel(0, rows, *given)
        return
    ends = [rows * part // parts for part in range(parts + 1)]
    waiting = [
        _pool(parts).submit(kernel, ends[part], ends[part + 1], *given) for part in range(1, parts)
    ]
    kernel(0, ends[1], *given)
    for one in waiting:
        one.result()


@intrinsic
def widen(typing: Any, x: Any) -> Any:  # noqa: ANN401
    """Give a number as fp32: bf16 bits, fp32 as it is, and of a mask what is added to a score."""

    def of_bits(context: Any, builder: Any, signature: Any, args: Any) -> Any:  # noqa: ANN401
        _use_wide_vectors(builder)
        return builder.bitcast(builder.shl(builder.zext(args[0], _I32), _word(16)), _FLOAT)

    def of_mask(context: Any, builder: Any, signature: Any, args: Any) -> Any:  # noqa: ANN401
        return builder.select(args[0], ir.Constant(_FLOAT, 0.0), ir.Constant(_FLOAT, -(2.0**100)))

    def as_is(context: Any, builder: Any, signature: Any, args: Any) -> Any:  # noqa: ANN401
        return args[0]

    how = {types.uint16: of_bits, types.boolean: of_mask}.get(x, as_is)
    return types.float32(x), how


@intrinsic
def narrow(typing: Any, x: Any, like: Any) -> Any:  # noqa: ANN401
    """Give an fp32 number as another is kept: as it is, or as the nearest bf16's bits.

    Of two that are as near, the one further from zero: rounding to even takes three steps more.
    """

    def to_bits(context: Any, builder: Any, signature: Any, args: Any) -> Any:  # noqa: ANN401
        _use_wide_vectors(builder)
        up = builder.add(builder.bitcast(args[0], _I32), _word(0x8000))
        return builder.trunc(builder.lshr(up, _word(16)), _I16)

    def as_is(context: Any, builder: Any, signature: Any, args: Any) -> Any:  # noqa: ANN401
        return args[0]

    return like(types.float32, like), to_bits if like == types.uint16 else as_is


@intrinsic
def exp(typing: Any, x: Any) -> Any:  # noqa: ANN401
    """e**x for x <= 0, to 4e-6 of itself; 0 below `LEAST`."""

    def code(context: Any, builder: Any, signature: Any, args: Any) -> Any:  # noqa: ANN401
        _use_wide_vectors(builder)
        (x,) = args
        log2_e, large, least = (_number(n) for n in (1.4426950408889634, 1.5 * 2.0**23, LEAST))
        # A sum so large has no digits behind the point: its last bits are the nearest whole number.
        # With a flag of its own, numba does not allow that the difference is simplified.
        moved = builder.fma(x, log2_e, large)
        whole = builder.fsub(moved, large, flags=["nsz"])
        rest = builder.fma(x, log2_e, builder.fneg(whole))
        power = _number(POWER[0])
        for factor in POWER[1:]:
            power = builder.fma(power, rest, _number(factor))
        exponent = builder.shl(builder.bitcast(moved, _I32), _word(23))
        found = builder.bitcast(builder.add(builder.bitcast(power, _I32), exponent), _FLOAT)
        return builder.select(builder.fcmp_ordered("<", x, least), _number(0.0), found)

    return types.float32(types.float32), code


@intrinsic
def larger_of(typing: Any, a: Any, b: Any) -> Any:  # noqa: ANN401
    """Give the larger of two numbers, in a form that compilers vectorise a maximum of."""

    def code(context: Any, builder: Any, signature: Any, args: Any) -> Any:  # noqa: ANN401
        _use_wide_vectors(builder)
        flags = ["nnan", "nsz"]
        first = builder.fcmp_ordered(">", *args, flags=flags)
        return builder.select(first, *args, flags=flags)

    return types.float32(types.float32, types.float32), code


@intrinsic
def mixed(typing: Any, counter: Any, a: Any, b: Any) -> Any:  # noqa: ANN401
    """Give 32 random bits of a counter and a key of two words (a multiply-xorshift hash)."""

    def code(context: Any, builder: Any, signature: Any, args: Any) -> Any:  # noqa: ANN401
        _use_wide_vectors(builder)
        x, first, second = args
        x = builder.xor(builder.mul(x, _word(0x9E3779B1)), first)
        x = builder.mul(builder.xor(x, builder.lshr(x, _word(16))), _word(0x85EBCA6B))
        x = builder.add(x, second)
        x = builder.mul(builder.xor(x, builder.lshr(x, _word(13))), _word(0xC2B2AE35))
        return builder.xor(x, builder.lshr(x, _word(16)))

    return types.uint32(types.uint32, types.uint32, types.uint32), code


@intrinsic
def turn_square(typing: Any, x: Any, row: Any, column: Any, out: Any) -> Any:  # noqa: ANN401
    """Write a square of a table of 16-bit numbers transposed: rows are columns of `out`.

    Rows are taken in as vectors, and each half of them is woven with the other, as often as it
    takes: compilers do not find this by themselves.
    """
    line = ir.VectorType(_I16, SQUARE)
    woven = [number for at in range(SQUARE) for number in (at, SQUARE + at)]
    masks = [ir.Constant(ir.VectorType(_I32, SQUARE), m) for m in (woven[:SQUARE], woven[SQUARE:])]

    def lines(context: Any, builder: Any, kind: Any, value: Any, row: Any, column: Any) -> Any:  # noqa: ANN401
        table = context.make_array(kind)(context, builder, value)
        step = builder.extract_value(table.strides, 0)
        first = builder.ptrtoint(table.data, row.type)
        first = builder.add(first, builder.mul(row, step))
        first = builder.add(first, builder.mul(column, row.type(2)))
        for at in range(SQUARE):
            place = builder.add(first, builder.mul(step, row.type(at)))
            yield builder.inttoptr(place, line.as_pointer())

    def code(context: Any, builder: Any, signature: Any, args: Any) -> Any:  # noqa: ANN401
        table, row, column, target = args
        first, _, _, last = signature.args
        found = [
            builder.load(p, align=2) for p in lines(context, builder, first, table, row, column)
        ]
        for _ in range(SQUARE.bit_length() - 1):
            pairs = zip(found[: SQUARE // 2], found[SQUARE // 2 :], strict=True)
            found = [builder.shuffle_vector(*pair, mask) for pair in pairs for mask in masks]
        for one, place in zip(
            found, lines(context, builder, last, target, column, row), strict=True
        ):
            builder.store(one, place, align=2)
        return context.get_dummy_value()

    return types.void(x, types.int64, types.int64, out), code


def _use_wide_vectors(builder: Any) -> None:  # noqa: ANN401
    """Let the loops of a function use vectors of 512 bits where the processor has them.

    Compilers stop at 256 on Intel's processors, for the sake of their first ones that had more;
    softmax with dropout takes a quarter less time so. A function is compiled before it is put into
    its caller: what makes up an `inner` loop has to ask for itself.
    """
    attributes = builder.function.attributes
    if isinstance(attributes, set):
        # Past its own `add`, which takes few of the attributes there are.
        set.add(attributes, '"prefer-vector-width"="512"')


def _word(value: int) -> ir.Constant:
    return ir.Constant(_I32, value)


def _number(value: float) -> ir.Constant:
    return ir.Constant(_FLOAT, value)


@inner
def random_room(rows, width):
    """Give room for the random bits of rows: words to `draw`, and 16 of their bits an element."""
    words = np.empty((rows, (width + 1) // 2), np.uint32)
    return words, words.view(np.uint16)


@inner
def draw(seed, row, words):
    """Fill the words of a row with random bits."""
    key = seed + numba.uint64(row) * numba.uint64(0x9E3779B97F4A7C15)
    key = (key ^ (key >> numba.uint64(30))) * numba.uint64(0xBF58476D1CE4E5B9)
    key = (key ^ (key >> numba.uint64(27))) * numba.uint64(0x94D049BB133111EB)
    key = key ^ (key >> numba.uint64(31))
    a, b = numba.uint32(key), numba.uint32(key >> numba.uint64(32))
    for at in range(words.shape[0]):
        words[at] = mixed(numba.uint32(at), a, b)
