"""Attention with dropout: the sums are those of the formula, and the mask is a fair one."""

from __future__ import annotations

import pytest

torch = pytest.importorskip("torch")
transformers = pytest.importorskip("transformers")

from augment.train.fast import attention as module  # noqa: E402  (torch is loaded at its top)
from augment.train.fast.attention import attention, packed_attention  # noqa: E402
from augment.train.fast.packing import Layout, _rounded  # noqa: E402

P, SCALE = 0.3, 0.4


def tensors(rows=3, heads=2, tokens=5, width=4, dtype=torch.float32):
    """Query, key and value as a model gives them: heads behind the tokens in memory."""
    drawn = torch.Generator().manual_seed(0)
    return [
        torch.randn(rows, tokens, heads, width, generator=drawn, dtype=torch.float64)
        .to(dtype)
        .transpose(1, 2)
        .requires_grad_()
        for _ in range(3)
    ]


def padding(rows, tokens, of):
    """Hide the last two keys of every second row."""
    bias = torch.zeros(rows, 1, tokens, tokens, dtype=of)
    bias[1::2, :, :, -2:] = torch.finfo(of).min
    return bias


def dropped_weights(query, key, bias):
    """What the values are multiplied with, read off by giving the unit vectors as values."""
    rows, heads, _, _ = query.shape
    tokens = key.shape[2]
    values = torch.eye(tokens, dtype=query.dtype).expand(rows, heads, tokens, tokens)
    return attention(query, key, values, bias, dropout=P, scale=SCALE)


def plain_weights(query, key, bias):
    scores = query @ key.transpose(2, 3) * SCALE
    return torch.softmax(scores if bias is None else scores + bias, dim=-1)


@pytest.mark.parametrize("tile", [1, 500, 2 << 20])
@pytest.mark.parametrize("padded", [False, True])
def test_output_is_the_formula_with_the_mask_that_was_drawn(tile, padded, monkeypatch):
    monkeypatch.setattr(module, "TILE", tile)
    query, key, value = tensors()
    bias = padding(3, 5, torch.float32) if padded else None
    torch.manual_seed(1)
    weights = dropped_weights(query, key, bias)
    kept = weights != 0
    share = plain_weights(query, key, bias)
    torch.testing.assert_close(weights[kept], (share / (1 - P))[kept])
    if padded:
        assert not weights[1, :, :, -2:].any()
    torch.manual_seed(1)
    out = attention(query, key, value, bias, dropout=P, scale=SCALE)
    torch.testing.assert_close(out, weights @ value)


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
@pytest.mark.parametrize("tile", [1, 5000, 2 << 20])
@pytest.mark.parametrize("padded", [False, True])
def test_numbers_and_gradients_are_those_of_the_formula_in_long_numbers(
    dtype, tile, padded, monkeypatch
):
    monkeypatch.setattr(module, "TILE", tile)
    query, key, value = tensors(tokens=40, width=16, dtype=dtype)
    bias = padding(3, 40, torch.float32) if padded else None
    wide = None if bias is None else bias.double()
    torch.manual_seed(3)
    weights = dropped_weights(query, key, bias)
    share = plain_weights(query.double(), key.double(), wide)
    wanted = torch.where(weights != 0, share / (1 - P), 0.0)
    close = 2e-5 if dtype == torch.float32 else 0.03
    torch.testing.assert_close(weights.double(), wanted, rtol=close, atol=1e-6)

    torch.manual_seed(3)
    out = attention(query, key, value, bias, dropout=P, scale=SCALE)
    gradient = torch.randn(out.shape, generator=torch.Generator().manual_seed(4)).to(dtype)
    ours = torch.autograd.grad(out, (query, key, value), gradient)
    long = [x.detach().double().requires_grad_() for x in (query, key, value)]
    mask = (weights != 0).double() / (1 - P)
    theirs = torch.autograd.grad(
        (plain_weights(*long[:2], wide) * mask) @ long[2], long, gradient.double()
    )
    for mine, right in zip(ours, theirs, strict=True):
        error = (mine.double() - right).norm() / right.norm()
        assert error < (1e-5 if dtype == torch.float32 else 0.02)


def test_a_row_that_sees_nothing_sees_all_alike():
    query, key, value = tensors()
    bias = torch.full((3, 1, 5, 5), torch.finfo(torch.float32).min)
    found = attention(query, key, value, bias, dropout=0.0, scale=SCALE)
    torch.testing.assert_close(found, value.mean(2, keepdim=True).expand_as(found))


@pytest.mark.parametrize("heads", [1, 8, 12])
def test_tiles_cover_all_weights_and_are_of_few_sizes(heads):
    """Every size is a program of its own to the library of matrix products, kept for good."""
    for tokens in (8, 40, 128, 256, 2000):
        sizes = set()
        for rows in range(1, 33):
            tiles = module._tiles(torch.empty(rows * heads, tokens, tokens, device="meta"), heads)
            assert sum(tiles) == rows * heads
            assert max(tiles) == tiles[0]  # there is room for so many
            sizes |= set(tiles)
        assert max(sizes) * tokens * tokens * 4 <= module.TILE or max(sizes) == 1
        assert len(sizes) <= 6


def test_every_weight_is_dropped_as_often_as_every_other():
    query, key, _ = tensors(rows=2, heads=3, tokens=6)
    torch.manual_seed(5)
    draws = 2000
    dropped = torch.stack([dropped_weights(query, key, None) == 0 for _ in range(draws)]).double()
    deviation = (P * (1 - P) / draws) ** 0.5
    assert dropped.mean().item() == pytest.approx(P, abs=4 * deviation / 216**0.5)
    assert (dropped.mean(0) - P).abs().max().item() < 5 * deviation
    flat = dropped.flatten(1) - P
    together = (flat.T @ flat) / draws / (P * (1 - P))
    together.fill_diagonal_(0.0)
    assert together.abs().max().item() < 5.5 / draws**0.5


@pytest.mark.parametrize("heads", [1, 2])
def test_a_mask_hides_what_a_bias_hides(heads):
    query, key, value = tensors(tokens=7)
    seen = torch.rand(3, heads, 7, 7, generator=torch.Generator().manual_seed(9)) < 0.7
    seen[..., 0] = True
    bias = torch.zeros(seen.shape).masked_fill(~seen, torch.finfo(torch.float32).min)
    found = []
    for beside in (seen, bias):
        torch.manual_seed(4)
        found.append(attention(query, key, value, beside, dropout=P, scale=SCALE))
    assert torch.equal(*found)


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_threads_change_nothing(dtype, monkeypatch):
    from augment.train.fast import numbers

    monkeypatch.setattr(numbers, "PART", 100)
    found = []
    for threads in (1, 3):
        monkeypatch.setattr(torch, "get_num_threads", lambda threads=threads: threads)
        given = tensors(tokens=9, dtype=dtype)
        torch.manual_seed(6)
        out = attention(*given, None, dropout=P, scale=SCALE)
        found.append((out, *torch.autograd.grad(out.float().square().sum(), given)))
    assert all(torch.equal(*pair) for pair in zip(*found, strict=True))


def test_what_is_no_number_stays_none():
    query, key, value = tensors()
    with torch.no_grad():
        query[0, 0, 0, 0] = torch.nan
    out = attention(query, key, value, None, dropout=P, scale=SCALE)
    assert out[0, 0, 0].isnan().all()
    assert out[1:].isfinite().all()


@pytest.mark.parametrize(("least", "most"), [(8, 32), (32, 256)])
def test_packed_rows_are_of_few_sizes(least, most):
    """Every size is a program of its own to the library of matrix products, kept for good."""
    sizes = {n: _rounded(n, least) for n in range(1, 16 * most + 1)}
    for n, size in sizes.items():
        assert size >= n
        assert size % least == 0
        assert size - n < max(least, n / 8 + 1)
    assert len(set(sizes.values())) <= 8 * (16 * most // least).bit_length()


@pytest.mark.parametrize("lengths", [[9, 3, 1, 9, 6], [20, 1, 2, 1, 2], [5, 4, 3, 2, 1]])
def test_packed_rows_attend_to_their_own_tokens_alone(lengths, monkeypatch):
    """Without dropout: what padded rows give; and no gradient comes from beyond a row."""
    monkeypatch.setattr("augment.train.fast.packing.GROUP_COST", 4)
    monkeypatch.setattr("augment.train.fast.packing.LENGTHS", 4)
    seen = torch.arange(max(lengths)) < torch.tensor(lengths)[:, None]
    layout = Layout.of(seen)
    assert sum(group.rows for group in layout.groups) == len(lengths)
    given = tensors(rows=len(lengths), tokens=max(lengths), width=4)
    wanted = attention(*given, seen[:, None, None, :], dropout=0.0, scale=SCALE)
    packed = [
        layout.pack(x.transpose(1, 2).flatten(2)).view(1, layout.total, 2, 4).transpose(1, 2)
        for x in given
    ]
    out = packed_attention(*packed, layout, dropout=0.0, scale=SCALE)
    back = layout.unpack(out.transpose(1, 2).flatten(2)).view(len(lengths), -1, 2, 4)
    torch.testing.assert_close(
        back.transpose(1, 2)[seen[:, None].expand(-1, 2, -1)],
        wanted[seen[:, None].expand(-1, 2, -1)],
    )
    weight = torch.randn(back.shape, generator=torch.Generator().manual_seed(1))
    ours = torch.autograd.grad((back * weight * seen[..., None, None]).sum(), given)
    theirs = torch.autograd.grad(
        (wanted.transpose(1, 2) * weight * seen[..., None, None]).sum(), given
    )
    for mine, right in zip(ours, theirs, strict=True):
        torch.testing.assert_close(mine, right, rtol=1e-4, atol=1e-6)
