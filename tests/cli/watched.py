"""A made-up run of a fleet, told on stderr as a real one is. Run as a program, by tests that hold the other end.

It says on stdout what it has come to, and goes on when it gets a line on stdin.
"""

from __future__ import annotations

import sys

import samples
from sqlmig.cli.progress import Detail, Progress
from sqlmig.plan.events import RunBegan, StepEnded, TargetBegan, TargetEnded, Told, WaveBegan
from sqlmig.plan.results import Failure, Outcome, StepResult, TargetResult


def main() -> None:
    targets = [samples.tenant(f"t{n}") for n in range(100)]
    with Progress(Detail.TARGETS) as progress:
        progress.tell(RunBegan("run-1", 100, 100, (("canary", 5), ("rest", 95)), 2))
        progress.tell(WaveBegan(0, "canary", 5))
        for target in targets[:5]:
            one_done(progress, target)
        progress.tell(WaveBegan(1, "rest", 95))
        one_failed(progress, targets[5])
        for target in targets[6:50]:
            one_done(progress, target)
        progress.tell(TargetBegan(1, targets[50]))
        pause("half")
        if "--ask" in sys.argv:
            print("answer", progress.confirm("go on?"), flush=True)
        for target in targets[50:]:
            one_done(progress, target)
        progress.tell(Told("that was all"))
        pause("told")
    print("over", progress.seen.waves[1].done, flush=True)


def one_done(progress: Progress, target: samples.Target) -> None:
    step = samples.step(target, 7, "owner")
    progress.tell(TargetBegan(0, target))
    progress.tell(StepEnded(0, StepResult(step, Outcome.DONE, 0.01)))
    progress.tell(TargetEnded(0, TargetResult(samples.planned(target, step), Outcome.DONE, ran=1)))


def one_failed(progress: Progress, target: samples.Target) -> None:
    step = samples.step(target, 7, "owner")
    failure = Failure("the column is there already", "s", "n")
    result = StepResult(step, Outcome.FAILED, 0.01, failure=failure)
    progress.tell(TargetEnded(0, TargetResult(samples.planned(target, step), Outcome.FAILED, (result,), failure)))


def pause(where: str) -> None:
    print(where, flush=True)
    if "--ask" not in sys.argv:
        sys.stdin.readline()


if __name__ == "__main__":
    main()
