"""The command that trains a network."""

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from .cli_models import keep_trained
from .errors import TrainingExtraMissing
from .extras import way_to_add

if TYPE_CHECKING:
    from .bundle import Bundle
    from .training.fit import Progress

__all__ = ["train"]


class _TrainingBar:
    """A progress bar for training: epoch, loss, validation accuracy, time left. It is drawn from the first step on."""

    def __enter__(self) -> "_TrainingBar":
        self._bar: Any = None
        return self

    def __call__(self, progress: "Progress") -> None:
        if self._bar is None:
            from tqdm import tqdm

            self._bar = tqdm(
                total=progress.steps,
                unit="step",
                dynamic_ncols=True,
                bar_format="{l_bar}{bar}| {n_fmt}/{total_fmt}{postfix}",
            )
        accuracy = "-" if progress.accuracy is None else f"{progress.accuracy:.2%}"
        minutes, seconds = divmod(round(progress.left_s), 60)
        self._bar.set_description(f"epoch {progress.epoch}/{progress.epochs}", refresh=False)
        self._bar.set_postfix_str(
            f"loss {progress.loss:.3f}, validation {accuracy}, {minutes}:{seconds:02d} left", refresh=False
        )
        self._bar.update(progress.step - self._bar.n)
        if progress.step == progress.steps:
            self._bar.close()  # what is said after the last step stands on a line of its own

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.close()


@click.command()
@click.option("--data", "sources", multiple=True, help="A pack.npz, a folder with a sub-folder a class, or IDX files.")
@click.option(
    "--out", help="The folder for checkpoint, log and bundle.  [default: runs/train; runs/dry with --dry-run]"
)
@click.option("--resume", is_flag=True, help="Go on from the checkpoint in that folder.")
@click.option(
    "--recipe",
    "name",
    type=click.Choice(["default", "plain", "further", "settle"]),
    default="default",
    show_default=True,
    help="How to train: plain shows clean characters only; further and settle go on where a run ended.",
)
@click.option("--from", "start", help="The folder of a run: begin with the weights that it ended with.")
@click.option("--epochs", type=click.IntRange(1), help="How often to go through the data.  [default: the recipe's]")
@click.option(
    "--seed", type=click.IntRange(0, 2**32 - 1), help="Decides weights, order and variation.  [default: the recipe's]"
)
@click.option("--leave-out", multiple=True, help="A script, such as Greek, that shall not be trained on.")
@click.option("--dry-run", is_flag=True, help="Go through all of it in seconds, on a little data.")
@click.option(
    "--accelerator",
    type=click.Choice(["auto", "cpu", "gpu"]),
    default="auto",
    show_default=True,
    help="Where to compute.",
)
def train(
    sources: tuple[str, ...],
    out: str | None,
    resume: bool,
    name: str,
    start: str | None,
    epochs: int | None,
    seed: int | None,
    leave_out: tuple[str, ...],
    dry_run: bool,
    accelerator: str,
) -> None:
    """Train a network and make a bundle, a version of the model. Under torchrun, on several GPUs or machines."""
    if resume and (epochs is not None or seed is not None or start or name != "default"):
        raise click.UsageError(
            "--resume goes on with the checkpoint's own recipe: leave out --recipe, --from, --epochs and --seed."
        )
    from .folders import expanded
    from .settings import Settings

    try:
        from .training.checkpoint import CHECKPOINT, load_checkpoint
        from .training.recipes import RECIPES, Recipe
        from .training.run import BUNDLE, gather
        from .training.run import train as train_bundle
    except ImportError as error:
        raise TrainingExtraMissing(
            f"Training needs the extra packages; {error.name} is not installed.", way_to_add("train")
        ) from error
    from .evaluation.evaluate import evaluate as evaluate_bundle
    from .recognizer import Recognizer

    folder = expanded(Settings.load().data)
    to = expanded(out or ("runs/dry" if dry_run else "runs/train"))
    begin_with = expanded(start) / CHECKPOINT if start else None
    recipe = RECIPES[name]
    if resume:
        recipe = Recipe.from_json(load_checkpoint(to / CHECKPOINT).meta["recipe"])
    recipe = replace(recipe, epochs=epochs or recipe.epochs, seed=recipe.seed if seed is None else seed)
    material = gather(sources, folder, dry_run, recipe.seed, leave_out)

    def measure(bundle: "Bundle") -> dict[str, Any]:
        return {} if dry_run or sources else evaluate_bundle(Recognizer(bundle), folder).figures()

    with _TrainingBar() as report:
        bundle = train_bundle(
            material, to, recipe,
            dry_run=dry_run, resume=resume, accelerator=accelerator, report=report, measure=measure,
            start=begin_with,
        )  # fmt: skip
    if bundle is not None:
        click.echo(f"The bundle {bundle.version} is in {to / BUNDLE}.")
        if not dry_run:
            keep_trained(bundle, to / BUNDLE)
