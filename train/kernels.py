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

import numba
import numpy as np

from augment.train.numbers import (
    ONE,
    SQUARE,
    ZERO,
    compiled,
    draw,
    exp,
    from_ordered,
    inner,
    narrow,
    ordered,
    random_room,
    turn_square,
    widen,
)

#: Of `numbers.py`, SHA-256: what is compiled here and kept must not outlive a change there.
NUMBERS = "4269a3bcb4af6276"
#: Rows that are transposed at a time: their lines stay in the cache.
STRIP = 8 * SQUARE


@inner
def soften_row(scores, kept, bias, values, bits, scale, limit, larger):
    top = numba.int32(-(2**31))
    for at in range(scores.shape[0]):
        value = widen(scores[at]) * scale + widen(bias[at])
        values[at] = value
        top = max(top, ordered(value))
    highest = from_ordered(top)
    total = ZERO
    for at in range(scores.shape[0]):
        value = exp(values[at] - highest)
        values[at] = value
        total += value
    part = ONE / total
    for at in range(scores.shape[0]):
        weight = narrow(values[at] * part, scores[at])
        scores[at] = weight
        factor = larger if bits[at] >= limit else ZERO
        kept[at] = narrow(widen(weight) * factor, weight)


@compiled
def soften(start, stop, first, heads, scores, kept, bias, scale, seed, limit, larger):
    """Softmax of scores and bias in place, and what dropout keeps of it.

    Scores are of shape (tables, tokens, others), a part of those of (rows * heads), of which
    `first` come before these; the bias, a mask or numbers, is of shape
    (rows, 1 or heads, 1 or tokens, others).
    """
    tokens, others = scores.shape[1:]
    values = np.empty(others, np.float32)
    words, bits = random_room(others)
    for table in range(start, stop):
        row, head = (first + table) // heads, (first + table) % heads
        for token in range(tokens):
            draw(seed, (first + table) * tokens + token, words)
            soften_row(
                scores[table, token],
                kept[table, token],
                bias[row, head % bias.shape[1], token % bias.shape[2]],
                values,
                bits,
                scale,
                limit,
                larger,
            )


@inner
def soften_row_back(weights, grads, kept, values, bits, scale, limit, larger):
    total = ZERO
    for at in range(weights.shape[0]):
        weight = widen(weights[at])
        factor = larger if bits[at] >= limit else ZERO
        kept[at] = narrow(weight * factor, weights[at])
        value = widen(grads[at]) * factor
        values[at] = value
        total += weight * value
    for at in range(weights.shape[0]):
        grads[at] = narrow(widen(weights[at]) * (values[at] - total) * scale, grads[at])


@compiled
def soften_back(start, stop, first, weights, grads, kept, scale, seed, limit, larger):
    """Turn the gradients of the kept weights into those of the scores, and give what was kept."""
    tokens, others = weights.shape[1:]
    values = np.empty(others, np.float32)
    words, bits = random_room(others)
    for table in range(start, stop):
        for token in range(tokens):
            draw(seed, (first + table) * tokens + token, words)
            soften_row_back(
                weights[table, token],
                grads[table, token],
                kept[table, token],
                values,
                bits,
                scale,
                limit,
                larger,
            )


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
    words, bits = random_room(x.shape[1])
    for row in range(start, stop):
        draw(seed, row, words)
        drop_row(x[row], out[row], bits, limit, larger)


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
    words, bits = random_room(x.shape[1])
    for row in range(start, stop):
        draw(seed, row, words)
        means[row], rates[row] = join_row(
            x[row], residual[row], weight, bias, out[row], values, bits, eps, limit, larger
        )


@inner
def join_row_back(
    grad,
    x,
    residual,
    weight,
    to_x,
    to_residual,
    to_weight,
    to_bias,
    values,
    steep,
    bits,
    mean,
    rate,
    limit,
    larger,
):
    total, along = ZERO, ZERO
    for at in range(x.shape[0]):
        factor = larger if bits[at] >= limit else ZERO
        value = (widen(x[at]) * factor + widen(residual[at]) - mean) * rate
        given = widen(grad[at])
        values[at] = value
        to_weight[at] += given * value
        to_bias[at] += given
        given = given * weight[at]
        steep[at] = given
        total += given
        along += given * value
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
    values, steep = np.empty(x.shape[1], np.float32), np.empty(x.shape[1], np.float32)
    words, bits = random_room(x.shape[1])
    rows = x.shape[0]
    for part in range(start, stop):
        for row in range(rows * part // parts, rows * (part + 1) // parts):
            draw(seed, row, words)
            join_row_back(
                grad[row],
                x[row],
                residual[row],
                weight,
                to_x[row],
                to_residual[row],
                to_weight[part],
                to_bias[part],
                values,
                steep,
                bits,
                means[row],
                rates[row],
                limit,
                larger,
            )


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
