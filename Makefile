# make lab    set up, fetch the checkpoints, open your copy of the notebooks in JupyterLab
#             (ARGS="--no-browser --port 8899" passes options on)
# make test   set up, run `make lint` and every test but the slow ones below
# The slow ones: make test-browser, test-colab, test-faults, test-setup, test-classroom
# make edit   open the notebooks themselves, to change the course
.PHONY: lab edit lint test test-browser test-colab test-faults test-setup test-classroom notebooks clean-notebooks stills links picture bench bench-check
.PHONY: slides site serve check-links kit image class class-slips class-warm class-status class-end collect grade constraints checkpoint evaluate
PYTHON ?= python3
BIN := .venv/bin
ONLY ?=
ARGS ?=

lab: .venv/installed
	@exec $(BIN)/python -m tools.lab $(ARGS)

edit: .venv/installed
	@exec $(BIN)/python -m tools.lab --originals $(ARGS)

test: lint $(if $(shell command -v npm),node_modules/installed)
	CHECKPOINTS=embedded $(BIN)/python -m helpers.weights
	$(BIN)/python -m pytest $(ARGS)

# Layout, style, types, and which room imports which.
lint: .venv/installed
	$(BIN)/python -m tools.lint

# In headless Chromium: touch every explorer in a real JupyterLab, turn every slide, leaf through the pages. Screenshots are left
# in build/browser.
test-browser: .venv/installed .venv/browser/installed slides site
	CHECKPOINTS=embedded $(BIN)/python -m helpers.weights
	$(BIN)/python -m pytest tests/browser -s $(ARGS)

.venv/browser/installed: tests/browser/requirements.txt .venv/installed node_modules/installed
	$(BIN)/python -m pip install --requirement tests/browser/requirements.txt --constraint constraints.txt
	mkdir -p $(@D)
	touch $@

# Run every notebook with Colab's versions, from an empty folder, as there.
test-colab: .venv/installed .venv-colab/installed
	CHECKPOINTS=embedded $(BIN)/python -m helpers.weights
	$(BIN)/python -m pytest tests/colab -v $(ARGS)

# From a fresh clone, in a folder with a space and an accent: make lab, cut off and run again; the course as a package.
test-setup: .venv/installed
	$(BIN)/python -m pytest tests/setup -v $(ARGS)

# Every fault of network, disk, text and habit that docs/reliability.md lists; notebooks on other checkpoints.
test-faults: .venv/installed
	CHECKPOINTS=embedded $(BIN)/python -m helpers.weights
	$(BIN)/python -m pytest tests/faults $(ARGS)

# Slides and pages that need no network.
slides: .venv/docs/installed
	$(BIN)/python -m docs.slides.make

site: .venv/docs/installed
	CHECKPOINTS=embedded $(BIN)/python -m helpers.weights
	rm -rf build/site
	$(BIN)/python -m docs.live.make
	$(BIN)/python -m sphinx --builder html --fail-on-warning --quiet --conf-dir docs/site --doctree-dir build/doctrees . build/site
	cp build/site/README.html build/site/index.html

# Show it in the room: on this machine's addresses, with a code for phones to read. PORT=8080 takes another port than 8000.
serve: .venv/docs/installed
	$(BIN)/python -m docs.live.serve $(PORT)

# Follow every link to another site, once a week.
check-links: .venv/docs/installed
	$(BIN)/python -m sphinx --builder linkcheck --quiet --conf-dir docs/site --doctree-dir build/doctrees . build/linkcheck

.venv/docs/installed: docs/requirements.txt .venv/installed
	$(BIN)/python -m pip install --requirement docs/requirements.txt --constraint constraints.txt
	npm install --no-save --no-package-lock --prefix .venv/docs reveal.js@6.0.2 onnxruntime-web@1.30.0
	touch $@

# The kit for a machine without a network; for others than this one: make kit FOR=windows PYTHON_OF=3.12
kit: .venv/classroom/installed
	$(BIN)/python -m classroom.make_kit $(if $(FOR),--system $(FOR)) $(if $(PYTHON_OF),--python $(PYTHON_OF))

# A class in containers: classroom/guide.md. make image once; then make class NAMES=names.txt, class-warm, class-status, collect,
# class-end. BASE=… names another base of the image, IMAGE=… the image, ARGS="--address … --port …" where the class is found.
image: .venv/classroom/installed
	$(BIN)/python -m classroom.image $(if $(BASE),--base $(BASE))

class: .venv/classroom/installed
	$(BIN)/python -m classroom start $(NAMES) $(ARGS)

class-slips: .venv/classroom/installed
	$(BIN)/python -m classroom slips $(NAMES) --address $(ADDRESS)

class-warm: .venv/classroom/installed
	$(BIN)/python -m classroom warm $(ARGS)

class-status: .venv/classroom/installed
	$(BIN)/python -m classroom status $(ARGS)

class-end: .venv/classroom/installed
	$(BIN)/python -m classroom end $(ARGS)

collect: .venv/classroom/installed
	$(BIN)/python -m classroom collect $(ARGS)

grade: .venv/classroom/installed
	$(BIN)/python -m classroom.grade $(FOLDER) $(if $(TRUST),--trust)

# Starts and stops what it needs, Docker's daemon too; as root it installs what is missing. A class of eight and 11 hand-ins;
# STUDENTS=4 (at least three) makes the class smaller, COUNT=60 the hand-ins more.
test-classroom: .venv/classroom/installed
	$(BIN)/python -m pip install --requirement tests/classroom/requirements.txt --constraint constraints.txt
	IMAGE=behind-the-pipeline:test $(BIN)/python -m pytest tests/classroom -s $(ARGS)

.venv/classroom/installed: classroom/requirements.txt .venv/installed
	$(BIN)/python -m pip install --requirement classroom/requirements.txt --constraint constraints.txt
	npm install --no-save --no-package-lock --prefix .venv/classroom configurable-http-proxy@5
	touch $@

# Run notebooks and store what they print: all of them, or those whose name has ONLY in it.
notebooks: .venv/installed
	$(BIN)/python -m tools.execute $(ONLY)

# Draw anew what stands in the notebooks before an explorer runs: of all rooms, or of those whose name has ONLY in it.
stills: .venv/installed .venv/browser/installed
	CHECKPOINTS=embedded $(BIN)/python -m helpers.weights
	$(BIN)/python -m tools.stills $(ONLY)

# What checks the JavaScript of the views; without it, make test leaves that out.
node_modules/installed: package.json
	npm install --no-package-lock
	touch $@

# Take out of the notebooks what Colab or JupyterLab added when saving them.
clean-notebooks: .venv/installed
	$(BIN)/python -m tools.clean

# Write the address and version of pyproject.toml into badges, set-up cells and the README.
links: .venv/installed
	$(BIN)/python -m tools.links
	$(BIN)/python -m tools.claims

# It says itself whether there is anything to do: a .venv may be half made, or its Python gone.
.venv/installed: FORCE
	@$(PYTHON) -m tools.install

FORCE:

# The wheels are what Colab lacks, and what builds the course: the set-up cell installs them from there.
.venv-colab/installed: tests/colab/versions.txt .venv/installed
	$(BIN)/python -m venv --clear .venv-colab
	.venv-colab/bin/python -m pip install --requirement tests/colab/versions.txt
	.venv-colab/bin/python -m pip download --no-deps --constraint constraints.txt --dest .venv-colab/wheels gguf
	.venv-colab/bin/python -m pip download --dest .venv-colab/wheels hatchling hatch-requirements-txt
	touch $@

# Make the README's picture: the explorer of notebook 00, as the browser test saw it.
picture: .venv/installed .venv/browser/installed
	$(BIN)/python -m pytest tests/browser -k "accessibility and Light and 00_start"
	cp build/browser/view-00_start_here-light-1280.png docs/explorer.png

# Measure, and write benchmarks/results.md.
bench: .venv/installed
	CHECKPOINTS=embedded $(BIN)/python -m helpers.weights
	$(BIN)/python -m benchmarks

# A minute: fails where a promised ratio has lost a third, unless the machine is busy.
bench-check: .venv/installed
	CHECKPOINTS=embedded $(BIN)/python -m helpers.weights
	$(BIN)/python -m benchmarks.check

# Write down the installed versions, after a green run of the tests: of what the course and its tests need, nothing else.
constraints: .venv/installed
	$(BIN)/python -m tools.constraints

# Train the embedded checkpoint again (about an hour and a half on two cores), and evaluate it on what training never saw.
checkpoint: .venv/installed
	MALLOC_MMAP_MAX_=0 MALLOC_TRIM_THRESHOLD_=20000000000 $(BIN)/python -m training.train checkpoints/distilbert-reviews

evaluate: .venv/installed
	$(BIN)/python -m training.evaluate_reviews
