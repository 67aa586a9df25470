# Everything from a bare machine with Python 3.11 or newer and make. `make serve` is the place to start.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INKLING := $(BIN)/inkling

# The data sets of a machine that has them beside the repository.
BESIDE := $(wildcard ../shared/data)
ifneq ($(BESIDE),)
export INKLING_DATA ?= $(abspath $(BESIDE))
endif

# What was compiled is kept, whatever the environment says: tests and servers start many processes.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: help serve test lint train train-shipped evaluate bench clean

help:
	@echo 'make serve      the page to draw on, at http://127.0.0.1:5000'
	@echo 'make test       the tests, in a browser too where Chromium is there'
	@echo 'make lint       ruff and mypy'
	@echo 'make train      a new bundle, by the default recipe, in an hour on two cores'
	@echo 'make train-shipped   a bundle like the one that ships, in three steps, about three hours on two cores; no step needs a GPU'
	@echo 'make evaluate   what the bundle reaches on every data set that is there'
	@echo 'make bench      speed and memory'

# A stamp a set of packages; each is made anew when pyproject.toml changes.
$(VENV)/core.stamp: pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Inkling needs Python 3.11 or newer")'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e .
	touch $@

# torch comes first and alone: what is there already (such as a build without CUDA) then meets the pin and stays.
$(VENV)/full.stamp: pyproject.toml $(VENV)/core.stamp
	$(BIN)/python -m pip install --quiet --disable-pip-version-check \
		"$$($(BIN)/python -c 'import tomllib; print(next(r for r in tomllib.load(open("pyproject.toml", "rb"))["project"]["optional-dependencies"]["train"] if r.startswith("torch==")))')"
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[train,test]'
	touch $@

serve: $(VENV)/core.stamp
	@exec $(INKLING) serve $(ARGS)

test: $(VENV)/full.stamp
	$(BIN)/python -m pytest -n 2 --dist worksteal $(ARGS)

lint: $(VENV)/full.stamp
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

train: $(VENV)/full.stamp
	$(INKLING) train $(ARGS)

# Three steps, each with a folder. A step whose bundle is there is done. One that was cut off goes on from its checkpoint,
# which knows its recipe, unless the step before was made anew since. A dry run has folders of its own, so that nothing of
# it is taken for done.
STEPS := runs$(if $(filter --dry-run,$(ARGS)),/dry)
FRESH := $(filter-out --resume,$(ARGS))
GOING_ON := --resume $(filter-out --epochs=% --seed=%,$(FRESH))
folder = $(@D:/bundle=)
checkpoint = $(folder)/checkpoint.safetensors
going_on = test -f $(checkpoint) && ! test "$<" -nt $(checkpoint)
step = if $(going_on); then how="$(GOING_ON)"; else how="--recipe $(1) $(FRESH)"; fi; \
	set -x; $(INKLING) train --out $(folder) $$how

train-shipped: $(STEPS)/settle/bundle/card.json
	@echo 'The bundle is in $(<D).'

$(STEPS)/plain/bundle/card.json: | $(VENV)/full.stamp
	@$(call step,plain)

$(STEPS)/further/bundle/card.json: $(STEPS)/plain/bundle/card.json
	@$(call step,further --from $(STEPS)/plain)

$(STEPS)/settle/bundle/card.json: $(STEPS)/further/bundle/card.json
	@$(call step,settle --from $(STEPS)/further)

evaluate: $(VENV)/core.stamp
	$(INKLING) evaluate $(ARGS)

bench: $(VENV)/full.stamp
	@for script in benchmarks/bench_*.py; do echo "== $$script"; $(BIN)/python $$script $(ARGS) || exit 1; done

clean:
	rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
