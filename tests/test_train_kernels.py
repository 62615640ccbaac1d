"""The passes compiled for a CPU: their numbers are those of torch in long numbers."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from augment.train.fast import kernels, numbers  # noqa: E402  (numba is loaded at their tops)
from augment.train.fast.elementwise import dropped, gelu, joined  # noqa: E402
from augment.train.fast.linear import FEW, Half, _product, _turned, mapped  # noqa: E402
from augment.train.fast.numbers import Mask, array_of  # noqa: E402
from augment.train.optimizer import Descent, adamw  # noqa: E402

CLOSE = {torch.float32: 2e-5, torch.bfloat16: 0.02}
DTYPES = pytest.mark.parametrize("dtype", list(CLOSE))


def drawn(*shape, dtype=torch.float32, seed=0):
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(*shape, generator=generator).to(dtype)


def error(found, right):
    return ((found.double() - right).norm() / right.norm()).item()


@numbers.compiled
def powers(x):
    out = np.empty_like(x)
    for at in range(len(x)):
        out[at] = numbers.exp(x[at])
    return out


def test_kept_loops_do_not_outlive_a_change_of_what_they_are_made_of():
    # numba asks the file of a loop alone whether it has changed: kernels.py has to change as well.
    text = Path(numbers.__file__).read_text(encoding="utf-8")
    made_of = hashlib.sha256(text.encode()).hexdigest()[:16]
    assert made_of == kernels.NUMBERS, f'write NUMBERS = "{made_of}" in train/fast/kernels.py'


def test_numbers_become_bf16_as_torch_makes_them():
    bits = np.random.default_rng(0).integers(0, 2**32, 200_000, dtype=np.uint64).astype(np.uint32)
    special = [0.0, -0.0, np.inf, -np.inf, 1.0, 3.4e38, 1e-45, 1.00390625, 1.01171875]
    numbers = np.concatenate([bits.view(np.float32), np.array(special, dtype=np.float32)])
    numbers = numbers[~np.isnan(numbers)]
    rows = torch.from_numpy(numbers[None])
    out = torch.empty(rows.shape, dtype=torch.bfloat16)
    kernels.drop(0, 1, array_of(rows), array_of(out), *Mask(0.0).given())
    # torch takes the even one of two that are as near; here it is the one further from zero.
    between = rows.view(torch.int32) & 0xFFFF == 0x8000
    assert between.any()
    assert torch.equal(out[~between], rows.to(torch.bfloat16)[~between])
    further = (rows[between].view(torch.int32) + 0x8000).view(torch.float32)
    assert torch.equal(out[between].float(), further)


def test_powers_of_e_are_close_and_end_in_zero():
    x = np.concatenate([np.linspace(-59.9, 0.0, 100_001), [-61.0, -1e4, -(2.0**100), -np.inf]])
    found = powers(x.astype(np.float32)).astype(np.float64)
    right = np.exp(x.astype(np.float32).astype(np.float64))
    assert np.abs(found[:-4] / right[:-4] - 1).max() < 4e-6
    assert (found[-4:] == 0).all()


@pytest.mark.parametrize("p", [0.1, 0.5])
def test_dropout_drops_its_share_everywhere_and_scales_the_rest(p):
    torch.manual_seed(0)
    kept = torch.stack([dropped(torch.ones(40, 51), p) for _ in range(400)])
    scale = 65536 / (65536 - round(p * 65536))
    assert set(kept.unique().tolist()) == {0.0, torch.tensor(scale).item()}
    assert scale == pytest.approx(1 / (1 - p), rel=2e-5)
    share = (kept == 0).float()
    assert share.mean().item() == pytest.approx(p, abs=0.002)
    # No place, and no neighbour of a dropped one, is dropped more often than the others.
    assert share.mean(0).sub(p).abs().max().item() < 5 * (p * (1 - p) / 400) ** 0.5
    flat = share.flatten(1) - p
    for apart in (1, 2, 4, 26, 51, 102):
        together = (flat[:, apart:] * flat[:, :-apart]).mean().item() / (p * (1 - p))
        assert abs(together) < 0.01


def test_no_two_rows_are_dropped_alike():
    """Of 2,000 rows, each pair agrees as two coins do."""
    torch.manual_seed(1)
    share = (dropped(torch.ones(2000, 384), 0.5) == 0).float() - 0.5
    together = share @ share.T / 384 / 0.25
    together.fill_diagonal_(0.0)
    assert together.abs().max().item() < 6 / 384**0.5
    assert together.std().item() == pytest.approx(384**-0.5, rel=0.02)


@DTYPES
def test_dropout_comes_again_with_the_seed_and_its_gradient_has_the_same_mask(dtype):
    x = torch.ones(7, 5, 3, dtype=dtype, requires_grad=True)
    torch.manual_seed(3)
    out = dropped(x, 0.3)
    out.sum().backward()
    assert torch.equal(out.detach(), x.grad)
    torch.manual_seed(3)
    assert torch.equal(dropped(x, 0.3), out)
    assert torch.equal(dropped(x, 0.0), x)


@DTYPES
def test_gelu_and_its_gradient(dtype):
    x = torch.cat([drawn(3, 500) * 3, torch.tensor([[0.0, -0.0, 9.0, -9.0, 40.0] * 100] * 2)])
    x = x.to(dtype).requires_grad_()
    out, right = gelu(x), torch.nn.functional.gelu(x.detach().double().requires_grad_())
    assert error(out, right) < CLOSE[dtype]
    grad = drawn(*x.shape, dtype=dtype, seed=1)
    (ours,) = torch.autograd.grad(out, x, grad)
    long = x.detach().double().requires_grad_()
    (theirs,) = torch.autograd.grad(torch.nn.functional.gelu(long), long, grad.double())
    assert error(ours, theirs) < CLOSE[dtype]


@DTYPES
@pytest.mark.parametrize("p", [0.0, 0.25])
def test_drop_add_normalise_and_its_gradients(dtype, p):
    x, residual = (drawn(4, 30, 48, dtype=dtype, seed=n).requires_grad_() for n in (1, 2))
    norm = torch.nn.LayerNorm(48, eps=1e-3)
    with torch.no_grad():
        norm.weight.copy_(drawn(48, seed=3))
        norm.bias.copy_(drawn(48, seed=4))
    torch.manual_seed(8)
    mask = dropped(torch.ones(4, 30, 48), p).double()
    torch.manual_seed(8)
    out = joined(x, residual, norm, p)
    long = [t.detach().double().requires_grad_() for t in (x, residual, norm.weight, norm.bias)]
    right = torch.nn.functional.layer_norm(long[0] * mask + long[1], (48,), *long[2:], eps=1e-3)
    assert out.dtype == dtype
    assert error(out, right) < CLOSE[dtype]
    grad = drawn(*x.shape, dtype=dtype, seed=5)
    ours = torch.autograd.grad(out, (x, residual, norm.weight, norm.bias), grad)
    theirs = torch.autograd.grad(right, long, grad.double())
    for mine, wanted in zip(ours, theirs, strict=True):
        assert error(mine, wanted) < CLOSE[dtype]


@DTYPES
def test_threads_change_nothing(dtype, monkeypatch):
    monkeypatch.setattr(numbers, "PART", 64)
    found = []
    for threads in (1, 3):
        monkeypatch.setattr(torch, "get_num_threads", lambda threads=threads: threads)
        x, residual = (drawn(50, 48, dtype=dtype, seed=n).requires_grad_() for n in (1, 2))
        norm = torch.nn.LayerNorm(48)
        torch.manual_seed(5)
        out = gelu(joined(dropped(x, 0.2), residual, norm, 0.1))
        inputs = (x, residual, norm.weight, norm.bias)
        found.append((out, *torch.autograd.grad(out.float().square().sum(), inputs)))
    assert all(torch.equal(*pair) for pair in zip(*found, strict=True))


def test_an_error_in_another_thread_is_raised(monkeypatch):
    monkeypatch.setattr(numbers, "PART", 1)
    monkeypatch.setattr(torch, "get_num_threads", lambda: 2)

    def kernel(start, stop):
        if start:
            raise ValueError("the second part")

    with pytest.raises(ValueError, match="second part"):
        numbers.spread(kernel, 4, 4)


@pytest.mark.parametrize("threads", [1, 3])
@pytest.mark.parametrize(("rows", "width"), [(32, 32), (320, 96), (1056, 64)])
def test_a_table_is_transposed_and_its_columns_added_up(rows, width, threads, monkeypatch):
    monkeypatch.setattr(numbers, "PART", 100)
    monkeypatch.setattr(torch, "get_num_threads", lambda: threads)
    table = drawn(rows, width, dtype=torch.bfloat16)
    turned, sums = _turned(table)
    assert turned.is_contiguous()
    assert torch.equal(turned, table.t())
    torch.testing.assert_close(sums, table.float().sum(0), rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("rows", [9, 32])  # the latter is laid out anew for its product
@pytest.mark.parametrize("passes", [1, 3, 9])
@pytest.mark.parametrize("bias", [True, False])
def test_linear_maps_in_bf16_add_their_gradients_up(rows, passes, bias):
    layer = torch.nn.Linear(24, 64, bias=bias)
    half = Half(layer.weight)
    assert half.grad is None
    wanted, to_bias = torch.zeros(64, 24, dtype=torch.double), torch.zeros(64, dtype=torch.double)
    for number in range(passes):
        x = drawn(2, rows, 24, seed=number).requires_grad_()
        out = mapped(x, layer.bias, half)
        assert out.dtype == torch.bfloat16
        grad = drawn(2, rows, 64, dtype=torch.bfloat16, seed=7 + number)
        out.backward(grad)
        long = x.detach().to(torch.bfloat16).double()
        wanted += grad.double().flatten(0, 1).T @ long.flatten(0, 1)
        to_bias += grad.double().sum((0, 1))
        assert error(x.grad, grad.double() @ half.copy.double()) < 0.01
    assert error(half.grad, wanted) < 0.01
    assert layer.weight.grad is None
    if bias:
        assert layer.bias.grad.dtype == torch.float32
        assert error(layer.bias.grad, to_bias) < 1e-5
    half.forget()
    assert half.grad is None


def test_many_parts_lose_little_more_than_one():
    layer = torch.nn.Linear(32, 64, bias=False)
    half, x = Half(layer.weight), drawn(256, 32).to(torch.bfloat16)
    grad = drawn(256, 64, dtype=torch.bfloat16, seed=7)
    wanted = grad.double().T @ x.double()
    lost = []
    for parts in (1, 8, 64):
        for rows, given in zip(x.chunk(parts), grad.chunk(parts), strict=True):
            mapped(rows, None, half).backward(given)
        lost.append(error(half.grad, wanted))
        half.forget()
        assert half.grad is None
    assert max(lost[1:]) < 1.5 * lost[0]


@pytest.mark.parametrize("missing", [False, True])
def test_a_bias_is_added_with_torchs_own_means_or_without(missing, monkeypatch):
    if missing:
        monkeypatch.setattr(torch.ops, "mkldnn", object())
    x, weight, bias = (drawn(*shape, dtype=torch.bfloat16) for shape in [(40, 64), (96, 64), (96,)])
    wanted = x.double() @ weight.double().t() + bias.double()
    assert error(_product(x, weight, bias), wanted) < 0.01
    assert error(_product(x, weight, None), wanted - bias.double()) < 0.01


def test_a_frozen_weight_gets_no_gradient():
    layer = torch.nn.Linear(8, 8).requires_grad_(False)
    half, x = Half(layer.weight), drawn(3, 8).requires_grad_()
    mapped(x, layer.bias, half).sum().backward()
    assert half.grad is None
    assert x.grad is not None


def test_a_bias_is_trained_where_its_weight_is_not():
    layer = torch.nn.Linear(32, 32)
    layer.weight.requires_grad_(False)
    half, x = Half(layer.weight), drawn(64, 32)
    mapped(x, layer.bias, half).sum().backward()
    assert half.grad is None
    assert layer.bias.grad.tolist() == [64.0] * 32


def two_models():
    torch.manual_seed(0)
    models = [torch.nn.Sequential(torch.nn.Linear(30, 70), torch.nn.LayerNorm(70)) for _ in "ab"]
    models[1].load_state_dict(models[0].state_dict())
    return models


@pytest.mark.parametrize("halves", [False, True])
def test_a_descent_takes_the_steps_of_adamw(halves):
    """Ten clipped steps, and torch's own optimizer can go on from its state."""
    ours, theirs = two_models()
    copies = {ours[0].weight: Half(ours[0].weight)} if halves else {}
    mine = adamw(ours, lr=0.01, weight_decay=0.1)
    other = adamw(theirs, lr=0.01, weight_decay=0.1)
    descent = Descent(mine, copies)
    for step in range(12):
        for n, (p, q) in enumerate(zip(ours.parameters(), theirs.parameters(), strict=True)):
            grad = drawn(*p.shape, dtype=torch.bfloat16, seed=100 * step + n) * 3.0**-step
            q.grad = grad.float()
            if p in copies:
                copies[p]._sum.copy_(grad)
                copies[p]._parts = 1
                if step % 3 == 2:  # of many parts
                    copies[p]._parts, copies[p]._wide = FEW + 1, grad.float()
            else:
                p.grad = grad.float()
        torch.nn.utils.clip_grad_norm_(theirs.parameters(), 1.0)
        for group in (*mine.param_groups, *other.param_groups):
            group["lr"] = 0.01 / (1 + step)
        other.step()
        if step < 10:
            descent.step(1.0)
        elif not halves:
            torch.nn.utils.clip_grad_norm_(ours.parameters(), 1.0)
            mine.step()
        else:
            break
        for p, q in zip(ours.parameters(), theirs.parameters(), strict=True):
            torch.testing.assert_close(p, q, rtol=1e-5, atol=1e-6)
            if step < 10:
                assert p.grad is None
        for parameter, half in copies.items():
            assert torch.equal(half.copy, parameter.to(torch.bfloat16))
            assert half.grad is None


def test_a_weight_used_in_other_ways_too_gets_both_gradients():
    first, second = two_models()
    half = Half(first[0].weight)
    grads = [drawn(70, 30, dtype=torch.bfloat16, seed=n) for n in (1, 2)]
    half._sum.copy_(grads[0])
    half._parts = 1
    first[0].weight.grad, second[0].weight.grad = grads[1].float(), grads[0].float() + grads[1]
    for model, halves in ((first, {first[0].weight: half}), (second, {})):
        Descent(adamw(model, lr=0.1, weight_decay=0.1), halves).step(1.0)
    assert torch.equal(first[0].weight, second[0].weight)


def test_parameters_without_a_gradient_stay_as_they_are():
    model, _ = two_models()
    before = [p.detach().clone() for p in model.parameters()]
    model[0].bias.grad = torch.ones(70)
    Descent(adamw(model, lr=0.1, weight_decay=0.1), {}).step(1.0)
    changed = [not torch.equal(*pair) for pair in zip(before, model.parameters(), strict=True)]
    assert changed == [False, True, False, False]


def test_a_folder_that_cannot_be_written_costs_compiling_and_no_more(monkeypatch):
    import numba

    plain = numba.njit

    def no_folder(function, cache=False, **given):
        if cache:
            raise RuntimeError("cannot cache function: no locator available")
        return plain(function, **given)

    monkeypatch.setattr(numba, "njit", no_folder)
    assert numbers.compiled(lambda x: x + 1)(1) == 2


EVERY_KERNEL = """
import hashlib
import numpy as np
from augment.train.fast import kernels
from augment.train.fast.numbers import Mask
import torch

torch.manual_seed(0)
drawn = np.random.default_rng(0).standard_normal
given = Mask(0.1).given()


def f32(*shape):
    return drawn(shape).astype(np.float32)


x, other, grad = f32(64, 384), f32(64, 384), f32(64, 384)
weight, bias, means, rates = f32(384), f32(384), np.empty(64, np.float32), np.empty(64, np.float32)
out, out2 = np.empty_like(x), np.empty_like(x)
sums, sums2 = np.zeros((4, 384), np.float32), np.zeros((4, 384), np.float32)
found = []
kernels.join(0, 64, x, other, weight, bias, out, means, rates, np.float32(1e-12), *given)
found += [out.copy(), means.copy(), rates.copy()]
kernels.join_back(
    0, 4, grad, x, other, weight, means, rates, out, out2, sums, sums2, 4, *given
)
found += [out.copy(), out2.copy(), sums, sums2]
scores, kept = f32(4, 96, 96), np.empty((4, 96, 96), np.float32)
kernels.soften(0, 4, 0, 2, scores, kept, f32(2, 1, 1, 96), np.float32(0.2), *given)
found += [scores.copy(), kept.copy()]
grads = f32(4, 96, 96)
kernels.soften_back(0, 4, 0, scores, grads, kept, np.float32(0.2), *given)
found += [grads, kept]
for kernel, parts in ((kernels.gelu, (x,)), (kernels.gelu_back, (grad, x))):
    kernel(0, 64, *parts, out)
    found.append(out.copy())
kernels.drop(0, 64, x, out, *given)
found += [out, np.array(kernels.squared_length(x.ravel()))]
print(*(hashlib.sha256(one.tobytes()).hexdigest()[:8] for one in found))
"""


def test_what_is_read_from_the_cache_is_what_was_just_compiled(tmp_path):
    """The first training on a machine, and one on a machine that keeps nothing, are like others."""
    done = [
        subprocess.run(
            [sys.executable, "-c", EVERY_KERNEL],
            env={**os.environ, "NUMBA_CACHE_DIR": str(tmp_path)},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for _ in range(2)
    ]
    assert list(tmp_path.rglob("*.nbc")), "nothing was kept"
    assert len(done[0].split()) == 15
    assert done[0] == done[1]
