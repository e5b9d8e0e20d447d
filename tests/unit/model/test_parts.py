"""A part of a kernel is compiled once, for the types that its annotations name."""

from __future__ import annotations

import numba
import numpy as np
import pytest

from cxsim.model.draws import mixed
from cxsim.model.jit import part, rule


@part
def half_of(amount: int, share: float) -> float:
    return (amount // 2) * share


@part
def below(word: np.uint64, row: int) -> bool:
    return np.uint64(row) < word


@rule
def twice(number: int) -> int:
    return 2 * number


@pytest.mark.skipif(bool(numba.config.DISABLE_JIT), reason="of machine code")
def test_integers_of_all_widths_share_one_compilation():
    @numba.njit
    def call(a, b, c):
        return half_of(a, 3), half_of(b, 0.5), half_of(c, 0.25), half_of(9, 1.0), half_of(a == 7, 4.0)

    assert call(np.int32(7), np.uint8(200), np.int64(-7)) == (9.0, 50.0, -1.0, 4.0, 0.0)
    assert len(half_of.signatures) == 1


def test_a_word_of_64_bits_stays_one():
    @numba.njit
    def call(word, row):
        return below(word, row)

    assert call(np.uint64((1 << 64) - 1), np.int32(5))
    assert not call(np.uint64(5), np.int32(5))


def test_a_rule_gives_the_same_from_python_and_from_compiled_code():
    @numba.njit
    def call(number, word):
        return twice(number), mixed(word)

    word = np.uint64(0x9E3779B97F4A7C15)
    with np.errstate(over="ignore"):
        assert call(np.int32(21), word) == (twice(21), mixed(word)) == (42, mixed.__wrapped__(word))


def test_a_part_keeps_its_name_and_its_words():
    assert mixed.__name__ == "mixed"
    assert "splitmix64" in mixed.__doc__


@pytest.mark.skipif(bool(numba.config.DISABLE_JIT), reason="of machine code")
def test_a_call_by_name_is_refused_in_compiled_code():
    @numba.njit
    def call(number):
        return twice(number=number)

    with pytest.raises(numba.core.errors.TypingError):
        call(1)
