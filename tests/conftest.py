"""What holds for every test."""

import signal

import pytest


@pytest.fixture(autouse=True, scope="session")
def _interrupts_reach_programs() -> None:
    # A shell that runs the tests in the background lets them ignore SIGINT, and what a process
    # ignores its children ignore too: the programs that tests interrupt would run on.
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
