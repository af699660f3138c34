# make sweep   environment, generated collection, a small real sweep, tables, the way to the MLflow UI
# make test    everything that CI checks

PYTHON ?= python3
BIN := .venv/bin
export GIT_PYTHON_REFRESH = quiet

.PHONY: sweep test lint clean

sweep: .venv/ready
	test -d results/generated || $(BIN)/sdl data generate results/generated
	$(BIN)/sdl data prepare generated
	$(BIN)/sdl sweep quickstart
	@latest=$$(ls -td results/runs/quickstart-*/ | head -1 | xargs basename) && \
	$(BIN)/sdl report $$latest && $(BIN)/sdl best $$latest && \
	echo && echo "MLflow UI: $(BIN)/sdl ui"

test: .venv/ready lint
	$(BIN)/python -m pytest --numprocesses 2 --dist loadfile --no-loadscope-reorder

lint: .venv/ready
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

.venv/ready: pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --constraint constraints.txt --editable '.[dev]'
	touch $@

clean:
	rm -rf .venv results/cache results/generated results/runs
