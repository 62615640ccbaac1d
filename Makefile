# Two commands do everything: `make demo` and `make test`. Both make what they need and may be run
# again and again.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
# By files, in the order that tests/conftest.py gives them.
PYTEST := $(BIN)/python -m pytest -n auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder

# The offline translator's language pairs for English, French and Spanish texts.
APERTIUM := apertium apertium-eng-spa apertium-eng-cat apertium-en-gl apertium-eo-en \
	apertium-fra-cat apertium-fr-es apertium-eo-fr apertium-spa-cat apertium-es-gl apertium-es-pt
# Grammar programs for French and English: where there are none, the filter goes without them.
PROOFREADERS := grammalecte-cli link-grammar
# Debian's names; Ubuntu's packages of these names would fetch a snap, and the tests are skipped.
BROWSER := chromium chromium-driver

.PHONY: help demo test test-all lint types docs bench install apertium proofreaders browser clean

# Packages of Debian and Ubuntu, asked for once: $(call packages,NAMES,WHAT THEY ARE)
packages = sudo=$$([ "$$(id -u)" = 0 ] || echo sudo); echo "installing $(strip $(2)): $(strip $(1))"; \
	install="env DEBIAN_FRONTEND=noninteractive apt-get install --yes -qq --no-install-recommends $(1)"; \
	{ $$sudo $$install || { $$sudo apt-get update -qq && $$sudo $$install; }; } >/dev/null

help:
	@echo "make demo      set everything up and run the main job on real text"
	@echo "make test      set everything up and run the tests"
	@echo "make test-all  the slow tests too"
	@echo "make lint      ruff, and mypy on the built wheel"
	@echo "make docs      build the documentation site into build/site"
	@echo "make clean     remove what the other targets made"

demo: install apertium proofreaders
	@$(BIN)/python examples/demo.py

test: install apertium proofreaders browser
	$(PYTEST)

test-all: install apertium proofreaders browser
	$(PYTEST) -m "not network and not gpu"

lint: install
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(MAKE) types

# On the unpacked wheel: checkers do not see the folders of an editable install as one package.
types: install
	rm -rf build/types build/lib && mkdir -p build/types
	$(BIN)/python -m build --wheel --outdir build/types . >build/types/log
	cd build/types && unzip -q ./*.whl && ../../$(BIN)/python -m mypy --config-file ../../pyproject.toml -p augment

# NO_MKDOCS_2_WARNING: an announcement of the theme's authors, which is no fault of the pages.
docs: install
	NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --strict --quiet
	@echo "build/site/index.html; with search: $(BIN)/python -m http.server --directory build/site"

install: $(STAMP)

$(STAMP): pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; name it with PYTHON=python3.x")'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet --editable ".[all,dev]"
	touch $(STAMP)

apertium:
	@if dpkg -s $(APERTIUM) >/dev/null 2>&1; then exit 0; \
	elif command -v apt-get >/dev/null; then \
		$(call packages,$(APERTIUM),the offline translator); \
	else \
		echo "This system has no apt-get. Install Apertium and these language pairs with its own"; \
		echo "package manager, then run make again: $(APERTIUM)"; \
		command -v lt-proc >/dev/null; \
	fi

# What the checks of paraphrases do without where there is none.
proofreaders:
	@if command -v grammalecte-cli >/dev/null && command -v link-parser >/dev/null; then exit 0; \
	elif command -v apt-get >/dev/null; then \
		{ $(call packages,$(PROOFREADERS),grammar programs for French and English); } \
			|| echo "no grammar program could be installed; paraphrases are checked without them"; \
	fi

# For the tests of the review page and the demo alone: where there is none, they are skipped with that reason.
browser:
	@if command -v chromedriver >/dev/null; then exit 0; \
	elif command -v apt-get >/dev/null; then \
		{ $(call packages,$(BROWSER),a browser to test the pages in); } \
			|| echo "no browser could be installed; the tests of the pages in it are skipped"; \
	fi

clean:
	rm -rf $(VENV) build dist *.egg-info demo-out .pytest_cache .mypy_cache .ruff_cache .hypothesis
