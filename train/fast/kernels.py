"""Loops over numbers that torch makes many passes of on a CPU, each in one pass.

Softmax with a mask and dropout, dropout, "drop, add, normalise", and GELU: what lies between the
matrix products of an encoder; and the step of AdamW. numba compiles them, once on a machine;
torch's own kernels do one thing each and go through memory in between. Which elements dropout drops
is drawn again on the way back, so that no mask is kept.

A leaf: numba is loaded here, and nothing imports this at its top.

References
----------
N. Srivastava et al., Dropout: A Simple Way to Prevent Neural Networks from Overfitting, JMLR 2014.
J. Ba, J. Kiros and G. Hinton, Layer Normalization, 2016.
D. Hendrycks and K. Gimpel, Gaussian Error Linear Units, 2016.
M. Abramowitz and I. Stegun, Handbook of Mathematical Functions, 1964 (7.1.26: the error function).
"""

from __future__ import annotations

import numpy as np

from augment.train.fast.numbers import (
    LOWEST,
    ONE,
    SQUARE,
    ZERO,
    compiled,
    draw,
    exp,
    inner,
    larger_of,
    narrow,
    random_room,
    turn_square,
    widen,
)

#: Of `numbers.py`, SHA-256: what is compiled here and kept must not outlive a change there.
NUMBERS = "43a7e4315f22cb8f"
#: Rows that are transposed at a time: their lines stay in the cache.
STRIP = 8 * SQUARE
#: Rows of scores of which all go through one loop before the next: what a row's maximum, or sum, is
#: waited for, a processor spends on the row behind it.
ABREAST = 8


@inner
def score_row(scores, bias, values, scale):
    top = LOWEST
    for at in range(scores.shape[0]):
        value = widen(scores[at]) * scale + widen(bias[at])
        values[at] = value
        top = larger_of(top, value)
    return top


@inner
def raise_row(values, top):
    total = ZERO
    for at in range(values.shape[0]):
        value = exp(values[at] - top)
        values[at] = value
        total += value
    return total


@inner
def soften_row(values, weights, kept, bits, part, limit, larger):
    for at in range(weights.shape[0]):
        weight = narrow(values[at] * part, weights[at])
        weights[at] = weight
        factor = larger if bits[at] >= limit else ZERO
        kept[at] = narrow(widen(weight) * factor, weight)


@compiled
def soften(start, stop, first, heads, scores, weights, bias, scale, seed, limit, larger):
    """Softmax of scores and bias: the weights, and in place of the scores what dropout keeps.

    Scores are of shape (tables, tokens, others), a part of those of (rows * heads), of which
    `first` come before these; the bias, a mask or numbers, is of shape
    (rows, 1 or heads, 1 or tokens, others).
    """
    tokens, others = scores.shape[1:]
    values, tops = np.empty((ABREAST, others), np.float32), np.empty(ABREAST, np.float32)
    words, bits = random_room(ABREAST, others)
    for table in range(start, stop):
        row, head = (first + table) // heads, (first + table) % heads
        beside = bias[row, head % bias.shape[1]]
        for token in range(0, tokens, ABREAST):
            few = min(ABREAST, tokens - token)
            given, found = scores[table, token : token + few], weights[table, token : token + few]
            for at in range(few):
                other = beside[(token + at) % bias.shape[2]]
                tops[at] = score_row(given[at], other, values[at], scale)
            for at in range(few):
                draw(seed, (first + table) * tokens + token + at, words[at])
            for at in range(few):
                tops[at] = ONE / raise_row(values[at], tops[at])
            for at in range(few):
                soften_row(values[at], found[at], given[at], bits[at], tops[at], limit, larger)


@inner
def keep_row(weights, grads, values, kept, bits, limit, larger):
    total = ZERO
    for at in range(weights.shape[0]):
        weight = widen(weights[at])
        factor = larger if bits[at] >= limit else ZERO
        kept[at] = narrow(weight * factor, weights[at])
        value = widen(grads[at]) * factor
        values[at] = value
        total += weight * value
    return total


@inner
def soften_row_back(weights, grads, values, total, scale):
    for at in range(weights.shape[0]):
        grads[at] = narrow(widen(weights[at]) * (values[at] - total) * scale, grads[at])


@compiled
def soften_back(start, stop, first, weights, grads, kept, scale, seed, limit, larger):
    """Turn the gradients of the kept weights into those of the scores, and give what was kept."""
    tokens, others = weights.shape[1:]
    values, totals = np.empty((ABREAST, others), np.float32), np.empty(ABREAST, np.float32)
    words, bits = random_room(ABREAST, others)
    for table in range(start, stop):
        for token in range(0, tokens, ABREAST):
            few = min(ABREAST, tokens - token)
            given, grad = weights[table, token : token + few], grads[table, token : token + few]
            some = kept[table, token : token + few]
            for at in range(few):
                draw(seed, (first + table) * tokens + token + at, words[at])
            for at in range(few):
                totals[at] = keep_row(
                    given[at], grad[at], values[at], some[at], bits[at], limit, larger
                )
            for at in range(few):
                soften_row_back(given[at], grad[at], values[at], totals[at], scale)


@compiled
def take_heads(start, stop, table, starts, lengths, out):
    """Take rows out of a packed table (tokens, heads * width), heads before tokens; zeros beyond.

    `out` is of shape (rows, heads, tokens, width).
    """
    heads, tokens, width = out.shape[1:]
    for row in range(start, stop):
        for token in range(lengths[row]):
            source = table[starts[row] + token]
            for head in range(heads):
                for at in range(width):
                    out[row, head, token, at] = source[head * width + at]
        for head in range(heads):
            for token in range(lengths[row], tokens):
                for at in range(width):
                    out[row, head, token, at] = 0


@compiled
def put_heads(start, stop, table, starts, lengths, given):
    """Undo `take_heads`: write the tokens of rows where they came from."""
    heads, _, width = given.shape[1:]
    for row in range(start, stop):
        for token in range(lengths[row]):
            target = table[starts[row] + token]
            for head in range(heads):
                for at in range(width):
                    target[head * width + at] = given[row, head, token, at]


@inner
def add_row(x, sums):
    for at in range(x.shape[0]):
        sums[at] += widen(x[at])


@compiled
def turn(start, stop, x, out, sums):
    """Transpose a table of bf16 numbers, and add up its columns.

    Counted are strips of `SQUARE` columns; both sizes are multiples of that.
    """
    first, last = start * SQUARE, stop * SQUARE
    sums[first:last] = ZERO
    for top in range(0, x.shape[0], STRIP):
        end = min(top + STRIP, x.shape[0])
        for row in range(top, end):
            add_row(x[row, first:last], sums[first:last])
        for column in range(first, last, SQUARE):
            for row in range(top, end, SQUARE):
                turn_square(x, row, column, out)


@inner
def drop_row(x, out, bits, limit, larger):
    for at in range(x.shape[0]):
        factor = larger if bits[at] >= limit else ZERO
        out[at] = narrow(widen(x[at]) * factor, out[at])


@compiled
def drop(start, stop, x, out, seed, limit, larger):
    """Drop elements of the rows of a table; the same on the way back."""
    words, bits = random_room(1, x.shape[1])
    for row in range(start, stop):
        draw(seed, row, words[0])
        drop_row(x[row], out[row], bits[0], limit, larger)


@inner
def join_row(x, residual, weight, bias, out, values, bits, eps, limit, larger):
    total, squares = ZERO, ZERO
    for at in range(x.shape[0]):
        factor = larger if bits[at] >= limit else ZERO
        value = widen(x[at]) * factor + widen(residual[at])
        values[at] = value
        total += value
    width = np.float32(x.shape[0])
    mean = total / width
    for at in range(x.shape[0]):
        squares += (values[at] - mean) * (values[at] - mean)
    rate = ONE / np.sqrt(squares / width + eps)
    for at in range(x.shape[0]):
        out[at] = narrow((values[at] - mean) * rate * weight[at] + bias[at], out[at])
    return mean, rate


@compiled
def join(start, stop, x, residual, weight, bias, out, means, rates, eps, seed, limit, larger):
    """Drop, add the residual, and normalise the rows of a table."""
    values = np.empty(x.shape[1], np.float32)
    words, bits = random_room(1, x.shape[1])
    for row in range(start, stop):
        draw(seed, row, words[0])
        means[row], rates[row] = join_row(
            x[row], residual[row], weight, bias, out[row], values, bits[0], eps, limit, larger
        )


@inner
def join_row_back(given, to_given, to_norm, room, bits, limit, larger):
    grad, x, residual, weight, mean, rate = given
    to_x, to_residual = to_given
    to_weight, to_bias = to_norm
    values, steep = room
    total, along = ZERO, ZERO
    for at in range(x.shape[0]):
        factor = larger if bits[at] >= limit else ZERO
        value = (widen(x[at]) * factor + widen(residual[at]) - mean) * rate
        slope = widen(grad[at])
        values[at] = value
        to_weight[at] += slope * value
        to_bias[at] += slope
        slope = slope * weight[at]
        steep[at] = slope
        total += slope
        along += slope * value
    width = np.float32(x.shape[0])
    total, along = total / width, along / width
    for at in range(x.shape[0]):
        value = (steep[at] - total - values[at] * along) * rate
        to_residual[at] = narrow(value, to_residual[at])
        factor = larger if bits[at] >= limit else ZERO
        to_x[at] = narrow(value * factor, to_x[at])


@compiled
def join_back(
    start,
    stop,
    grad,
    x,
    residual,
    weight,
    means,
    rates,
    to_x,
    to_residual,
    to_weight,
    to_bias,
    parts,
    seed,
    limit,
    larger,
):
    """Give the gradients of `join`; those of weight and bias are added up part by part of the rows.

    `to_weight` and `to_bias` are of shape (parts, width): the sums must not depend on who
    computes them.
    """
    room = np.empty(x.shape[1], np.float32), np.empty(x.shape[1], np.float32)
    words, bits = random_room(1, x.shape[1])
    rows = x.shape[0]
    for part in range(start, stop):
        to_norm = to_weight[part], to_bias[part]
        for row in range(rows * part // parts, rows * (part + 1) // parts):
            draw(seed, row, words[0])
            given = grad[row], x[row], residual[row], weight, means[row], rates[row]
            to_given = to_x[row], to_residual[row]
            join_row_back(given, to_given, to_norm, room, bits[0], limit, larger)


@inner
def tail(x, bell):
    """Half the error function's complement at abs(x) / sqrt(2); `bell` is e**(-x * x / 2)."""
    t = ONE / (ONE + np.float32(0.2316418882) * abs(x))
    found = np.float32(0.530702714)
    found = found * t + np.float32(-0.726576014)
    found = found * t + np.float32(0.710706871)
    found = found * t + np.float32(-0.142248368)
    found = found * t + np.float32(0.127414796)
    return found * t * bell


@inner
def gelu_row(x, out):
    for at in range(x.shape[0]):
        value = widen(x[at])
        rest = tail(value, exp(np.float32(-0.5) * value * value))
        out[at] = narrow(value * (ONE - rest if value > ZERO else rest), out[at])


@compiled
def gelu(start, stop, x, out):
    """X times the normal distribution's share below x, for the rows of a table."""
    for row in range(start, stop):
        gelu_row(x[row], out[row])


@inner
def gelu_row_back(grad, x, to_x):
    for at in range(x.shape[0]):
        value = widen(x[at])
        bell = exp(np.float32(-0.5) * value * value)
        rest = tail(value, bell)
        slope = (ONE - rest if value > ZERO else rest) + value * bell * np.float32(0.3989422804)
        to_x[at] = narrow(widen(grad[at]) * slope, to_x[at])


@compiled
def gelu_back(start, stop, grad, x, to_x):
    """Give the gradients of `gelu`."""
    for row in range(start, stop):
        gelu_row_back(grad[row], x[row], to_x[row])


@compiled
def descend(
    start, stop, weights, grads, means, squares, halves, scale, rate, keep, b1, b2, c1, c2, eps
):
    """Take a step of AdamW; write the new weights down in `halves`, too, unless that is empty."""
    weights, grads, halves = weights[start:stop], grads[start:stop], halves[start:stop]
    means, squares = means[start:stop], squares[start:stop]
    two = halves.shape[0] > 0
    for at in range(weights.shape[0]):
        grad = widen(grads[at]) * scale
        mean = b1 * means[at] + (ONE - b1) * grad
        square = b2 * squares[at] + (ONE - b2) * grad * grad
        means[at], squares[at] = mean, square
        weight = keep * weights[at] - rate * (mean * c1) / (np.sqrt(square * c2) + eps)
        weights[at] = weight
        if two:
            halves[at] = narrow(weight, halves[at])


@compiled
def squared_length(x):
    """Sum of the squares of all numbers, parts of 4,096 of them in fp32."""
    total = 0.0
    for start in range(0, x.shape[0], 4096):
        total += squared_length_of_part(x[start : start + 4096])
    return total


@inner
def squared_length_of_part(x):
    total = ZERO
    for at in range(x.shape[0]):
        value = widen(x[at])
        total += value * value
    return total
