"""A stand-in for the training that takes no torch, and the processes of inkling.jobs with it in place.
What it does says the environment: STAND_IN is what ``modules`` takes, as a JSON object.
"""

import json
import os
import signal
import sys
import time
from dataclasses import make_dataclass
from hashlib import sha256
from types import SimpleNamespace

from inkling.bundle import NETWORK, NORMALIZER, Bundle
from inkling.errors import CheckpointError, DataError
from inkling.jobs import __main__ as processes

Step = make_dataclass("Step", ("step", "steps", "loss", "accuracy", "left_s", "phase"))


class Stopped(Exception):
    pass


def modules(steps=20, step_s=0.01, passes=True, raises=None, dies_at=None, log=None):
    """Give what stands where the training and the gate would be, by the name of the module.

    Args:
        steps, step_s: how long it takes; a checkpoint is written at each.
        passes: what the gate says.
        raises: "data" for an error of our own, "program" for another.
        dies_at: the step at which it kills its process, each time it comes by.
        log: a file that gets a line a start: the step that it went on from.
    """

    def retrain(parent, lessons, data_folder, recipe=None, *, saved=None, save=None, report=None):
        if saved == b"damaged":
            raise CheckpointError("The checkpoint is damaged.", "Start afresh.")
        done = int(saved or 0)
        if log:
            with open(log, "a") as file:
                file.write(f"{done}\n")
        if raises:
            raise DataError("The pack is damaged.", "Fetch it again.") if raises == "data" else KeyError("secret")
        for step in range(done, steps):
            time.sleep(step_s)
            if step == dies_at:
                os.kill(os.getpid(), signal.SIGKILL)
            save(b"%d" % (step + 1))
            if not report(Step(step + 1, steps, float("nan"), 0.5, 1.0, "training")):
                raise Stopped
        learned = f"{parent.version} {lessons.ids.tolist()} {lessons.labels.tolist()}"
        card = {**parent.card, "created": sha256(learned.encode()).hexdigest()[:10]}
        del card["version"]
        return Bundle.make(parent.files[NORMALIZER], parent.files[NETWORK], card)

    def judge(current, candidate, lessons, data_folder, report=lambda share: None, others=None):
        report(0.5)
        told = {"passed": passes, "reasons": ["As good as before."] if passes else ["It reads 3 as 8."]}
        return SimpleNamespace(**told, to_json=lambda: told)

    return {
        "inkling.training.retrain": SimpleNamespace(retrain=retrain, Stopped=Stopped, Step=Step),
        "inkling.training.gate": SimpleNamespace(judge=judge),
    }


if __name__ == "__main__":
    import inkling.training

    for _name, _module in modules(**json.loads(os.environ.get("STAND_IN", "{}"))).items():
        sys.modules[_name] = _module
        setattr(inkling.training, _name.rpartition(".")[2], _module)
    processes.step_back = lambda: None  # whatever else the machine does, the tests go on
    sys.exit(processes.main())
