"""The lock around the machine code on the disk: one compiles, who holds it and dies does no harm."""

import gc
import subprocess
import sys
import threading
import time

import numba
import pytest
from numba.core import config
from numba.core.compiler import Flags
from numba.core.errors import TypingError

from cxsim.model.cache import FolderLock, keep
from cxsim.model.parts import PartFlags

HOLDER = """
import sys, time
from pathlib import Path
from cxsim.model.cache import FolderLock
FolderLock(Path(sys.argv[1])).acquire()
print("held", flush=True)
time.sleep(60)
"""


def waited(lock):
    begun = time.monotonic()
    lock.acquire()
    lock.release()
    return time.monotonic() - begun


def test_the_second_waits_until_the_first_has_done(tmp_path):
    first, second = FolderLock(tmp_path / "kernels"), FolderLock(tmp_path / "kernels")
    order = []
    first.acquire()
    first.acquire()  # once more, as where one compiled function needs another
    waiting = threading.Thread(target=lambda: (second.acquire(), order.append("second"), second.release()))
    waiting.start()
    first.release()
    time.sleep(0.2)
    order.append("first")
    first.release()
    waiting.join(10)
    assert order == ["first", "second"]


def test_who_waits_too_long_goes_on_without(tmp_path):
    first = FolderLock(tmp_path)
    first.acquire()
    assert waited(FolderLock(tmp_path, patience_s=0.2)) >= 0.2
    first.release()
    assert waited(FolderLock(tmp_path)) < 0.2


def test_a_folder_that_cannot_be_made_is_done_without(tmp_path):
    (tmp_path / "file").write_text("")
    assert waited(FolderLock(tmp_path / "file" / "kernels")) < 0.2


def test_a_process_that_is_killed_leaves_no_lock(tmp_path):
    with subprocess.Popen([sys.executable, "-c", HOLDER, tmp_path], stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout.readline() == "held\n"
        assert waited(FolderLock(tmp_path, patience_s=0.1)) >= 0.1
        holder.kill()
    assert waited(FolderLock(tmp_path)) < 0.2


@pytest.fixture
def kept(tmp_path, monkeypatch):
    """Compile with a cache of one's own."""

    def made(function):
        monkeypatch.setattr(config, "CACHE_DIR", str(tmp_path))
        dispatcher = numba.njit(function)
        keep(dispatcher, FolderLock(tmp_path))
        return dispatcher

    return made


def doubled(number):
    return 2 * number


def impossible(number):
    return number.nothing


@pytest.mark.skipif(config.DISABLE_JIT, reason="nothing is compiled")
def test_what_one_has_compiled_the_next_loads(kept):
    first, second = kept(doubled), kept(doubled)
    assert first(21) == second(21) == 42
    assert (sum(first.stats.cache_misses.values()), sum(first.stats.cache_hits.values())) == (1, 0)
    assert (sum(second.stats.cache_misses.values()), sum(second.stats.cache_hits.values())) == (0, 1)


@pytest.mark.skipif(config.DISABLE_JIT, reason="nothing is compiled")
@pytest.mark.parametrize("collecting", [True, False])
def test_a_compilation_that_fails_gives_all_back(kept, tmp_path, collecting):
    if not collecting:
        gc.disable()
    try:
        with pytest.raises(TypingError):
            kept(impossible)(1)
        assert gc.isenabled() == collecting
    finally:
        gc.enable()
    assert waited(FolderLock(tmp_path)) < 0.2


def test_flags_of_parts_are_numbas_flags():
    plain, own = Flags(), PartFlags()
    assert (own.values(), own, hash(own)) == (plain.values(), plain, hash(plain))
    plain.nrt = own.nrt = True
    assert (own.values(), own, hash(own)) == (plain.values(), plain, hash(plain))
    own.error_model = "numpy"
    assert own != plain
    assert own.copy() == own


@pytest.mark.skipif(config.DISABLE_JIT, reason="nothing is compiled")
def test_a_thread_that_comes_while_another_compiles_gives_its_own_back(kept, tmp_path):
    dispatcher = kept(doubled)
    first_compiles = threading.Event()
    save = dispatcher._cache.save_overload

    def saving(*words):
        if not first_compiles.is_set():
            first_compiles.set()
            time.sleep(0.3)  # the second comes meanwhile, and waits for the compiler
        return save(*words)

    def second():
        first_compiles.wait(60)
        dispatcher(1.0)

    dispatcher._cache.save_overload = saving
    threads = [threading.Thread(target=dispatcher, args=(1,)), threading.Thread(target=second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(dispatcher.signatures) == 2
    assert waited(FolderLock(tmp_path, patience_s=1.0)) < 0.2


def test_who_is_interrupted_while_it_waits_keeps_nothing(tmp_path, monkeypatch):
    def interrupted(_):
        raise KeyboardInterrupt

    other, lock = FolderLock(tmp_path), FolderLock(tmp_path)
    other.acquire()
    with monkeypatch.context() as patched:
        patched.setattr("cxsim.model.cache.time.sleep", interrupted)
        with pytest.raises(KeyboardInterrupt):
            lock.acquire()
    other.release()
    taken = []
    thread = threading.Thread(target=lambda: taken.append(waited(lock)), daemon=True)
    thread.start()
    thread.join(5)
    assert taken
    assert waited(FolderLock(tmp_path, patience_s=1.0)) < 0.2
