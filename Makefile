# make lab    set up, fetch the checkpoints, open JupyterLab      (ARGS="--no-browser --port 8899" passes options on)
# make test   set up, run every test but the slow ones below
# make kit      one archive for machines without a network; make classroom: a shared server; make grade FOLDER=…: homework
.PHONY: lab test test-browser test-colab test-faults test-classroom notebooks clean-notebooks links picture bench
.PHONY: kit classroom measure-classroom grade constraints checkpoint evaluate
PYTHON ?= python3
BIN := .venv/bin
ONLY ?=
ARGS ?=

lab: .venv/installed
	$(BIN)/python -m helpers.checkpoints
	exec $(BIN)/jupyter lab notebooks/00_start_here.ipynb $(ARGS)

test: .venv/installed
	CHECKPOINTS=embedded $(BIN)/python -m helpers.checkpoints
	$(BIN)/python -m pytest $(ARGS)

# Touch every explorer in a real JupyterLab, in headless Chromium. Screenshots are left in build/browser.
test-browser: .venv/installed .venv/browser/installed
	CHECKPOINTS=embedded $(BIN)/python -m helpers.checkpoints
	$(BIN)/python -m pytest tests/browser -s $(ARGS)

.venv/browser/installed: tests/browser/requirements.txt .venv/installed
	$(BIN)/python -m pip install --requirement tests/browser/requirements.txt --constraint constraints.txt
	npm install --no-save --no-package-lock --prefix .venv/browser axe-core@4.14.1
	touch $@

# Run every notebook with Colab's versions, from an empty folder, as there.
test-colab: .venv/installed .venv-colab/installed
	CHECKPOINTS=embedded $(BIN)/python -m helpers.checkpoints
	$(BIN)/python -m pytest tests/colab -v $(ARGS)

# For a teacher: see classroom/.
kit: .venv/installed
	$(BIN)/python -m classroom.make_kit

classroom: .venv/classroom/installed build/classroom/checkpoints
	mkdir -p -m 700 build/classroom/hub
	cd build/classroom/hub && exec $(CURDIR)/$(BIN)/python -m jupyterhub --config=$(CURDIR)/classroom/jupyterhub_config.py $(ARGS)

measure-classroom: .venv/classroom/installed build/classroom/checkpoints
	$(BIN)/python -m classroom.measure

grade: .venv/installed
	$(BIN)/python -m classroom.grade $(FOLDER)

test-classroom: .venv/classroom/installed
	CHECKPOINTS=embedded $(BIN)/python -m helpers.checkpoints
	$(BIN)/python -m pytest tests/classroom -s $(ARGS)

build/classroom/checkpoints: .venv/installed
	$(BIN)/python -m classroom.share_checkpoints $@

.venv/classroom/installed: classroom/requirements.txt .venv/installed
	$(BIN)/python -m pip install --requirement classroom/requirements.txt --constraint constraints.txt
	npm install --no-save --no-package-lock --prefix .venv/classroom configurable-http-proxy@5
	touch $@

# Run notebooks and store what they print: all of them, or those whose name has ONLY in it.
notebooks: .venv/installed
	$(BIN)/python -m tests.execute_notebooks $(ONLY)

# Take out of the notebooks what Colab or JupyterLab added when saving them.
clean-notebooks: .venv/installed
	$(BIN)/python -m tests.clean_notebooks

# Write the address and version of pyproject.toml into badges, set-up cells and the README.
links: .venv/installed
	$(BIN)/python -m docs.links

.venv/installed: requirements.txt constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Python 3.11 or newer is needed; $(PYTHON) is older. Name another: make PYTHON=python3.12"; exit 1; }
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --requirement requirements.txt --constraint constraints.txt
	touch $@

# The wheels are what Colab lacks: the set-up cell installs them from there.
.venv-colab/installed: tests/colab/versions.txt
	$(BIN)/python -m venv --clear .venv-colab
	.venv-colab/bin/python -m pip install --requirement tests/colab/versions.txt
	.venv-colab/bin/python -m pip download --no-deps --constraint constraints.txt --dest .venv-colab/wheels gguf
	touch $@

# Make the README's picture.
picture: .venv/installed
	$(BIN)/python -m docs.picture

# Write down the versions that are installed, after a green run of the tests; a build label such as +cpu is left out.
constraints: .venv/installed
	$(BIN)/python -m pip freeze --all | sed 's/+cpu$$//' > constraints.txt
	touch .venv/installed

# Train the embedded checkpoint again (about an hour and a half on two cores), and evaluate it on what training never saw.
checkpoint: .venv/installed
	MALLOC_MMAP_MAX_=0 MALLOC_TRIM_THRESHOLD_=20000000000 $(BIN)/python -m training.train checkpoints/distilbert-reviews

evaluate: .venv/installed
	$(BIN)/python -m training.evaluate
