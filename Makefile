# Two commands: `make demo` shows a household, `make test` checks everything.
# Both bring what they need; uv is installed beside the project where the machine has none.

.DEFAULT_GOAL := help
SHELL := bash
# Tests that write a database sync it: in memory that costs nothing.
SCRATCH := $(if $(wildcard /dev/shm),--basetemp=/dev/shm/dems-tests)
UV := $(shell command -v uv 2>/dev/null || echo .tools/bin/uv)
PYTHON_SOURCES := community dems_protocol openems_bridge custom_components demo benchmarks tests
# Where `make test` notes how long each phase took; empty where a phase runs alone.
PHASES :=
TIMED = tools/timed "$(PHASES)" $@
# The tests start hundreds of programs: where Python may not keep what it compiled, that is half of their time.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help demo test environments lint format types contracts coverage bindings unit e2e screenshots bench lock clean

help:
	@echo "make demo    a household in a real Home Assistant, on this machine"
	@echo "make test    lint, types and all tests"
	@echo "make lint    ruff"
	@echo "make types   mypy --strict"
	@echo "make contracts  forge: compile and test the contracts"
	@echo "make bindings   write dems_protocol/contracts from them"
	@echo "make bench   all benchmarks, each ending in one line of JSON"
	@echo "make lock    resolve the requirements again"

.tools/bin/uv:
	python3 -m venv .tools
	.tools/bin/pip install --quiet uv

# A virtual environment is ready when its stamp is newer than its lock file.
define environment
$(1)/.ready: $(2) pyproject.toml | $(filter .tools/bin/uv,$(UV))
	$(UV) venv --quiet --allow-existing --python 3.14 $(1)
	VIRTUAL_ENV=$(1) $(UV) pip sync --quiet --require-hashes $(2)
	VIRTUAL_ENV=$(1) $(UV) pip install --quiet --no-deps --no-build-isolation --editable .
	touch $$@
endef
$(eval $(call environment,.venv,requirements/test.txt))
$(eval $(call environment,.venv-demo,requirements/demo.txt))

demo: .venv-demo/.ready node_modules/.ready
	.venv-demo/bin/python -m demo

# On two cores: the end-to-end tests mostly wait, so types and contracts are checked beside them; the unit tests wait for
# nobody. Whether all is well or not, it ends with what took how long.
test:
	@phases=$$(mktemp); phase="$(MAKE) --no-print-directory PHASES=$$phases"; \
	tools/timed $$phases environments $$phase environments && $$phase lint \
	  && $$phase --jobs=2 --output-sync=target e2e types contracts && $$phase unit; \
	status=$$?; echo "== seconds"; cat $$phases; rm $$phases; exit $$status

environments: .venv/.ready .venv-demo/.ready node_modules/.ready
	@tools/install-browser
	@tools/install-tpm-simulator

lint: .venv/.ready
	$(TIMED) bash -c '.venv/bin/ruff check . && .venv/bin/ruff format --check .'

types: .venv/.ready
	$(TIMED) nice .venv/bin/mypy

# The chain and the compiler, as locked. The platform's binaries are optional dependencies: no package's script needs to
# run, and `npm ci` would insist on those of all platforms.
node_modules/.ready: package-lock.json
	npm install --no-save --ignore-scripts --no-audit --no-fund --silent
	touch $@

contracts: node_modules/.ready
	$(TIMED) nice node_modules/.bin/forge test

coverage: node_modules/.ready
	node_modules/.bin/forge coverage --ir-minimum --no-match-contract Gas --no-match-coverage '(contracts/test|node_modules)'

bindings: node_modules/.ready .venv/.ready
	.venv/bin/python -m tests.contracts.bindings

unit: .venv/.ready node_modules/.ready
	tools/install-tpm-simulator
	$(TIMED) .venv/bin/pytest -n 3 --dist worksteal $(SCRATCH) --ignore tests/e2e

# The real programs over real sockets, which mostly wait for time to pass: without the plug-in that fences Home Assistant's unit tests off the network.
e2e: .venv/.ready .venv-demo/.ready
	tools/install-browser
	$(TIMED) .venv/bin/pytest -n 5 $(SCRATCH) -p no:homeassistant tests/e2e

# The pictures of README and docs, made by the browser tests; the street's first prices take some minutes.
screenshots: .venv/.ready .venv-demo/.ready
	tools/install-browser
	DEMS_SCREENSHOTS=docs/images .venv/bin/pytest -p no:homeassistant tests/e2e/test_browser.py tests/e2e/test_browser_community.py

format: .venv/.ready
	.venv/bin/ruff check --fix .
	.venv/bin/ruff format .

bench: .venv/.ready .venv-demo/.ready
	@for file in benchmarks/[a-z]*.py; do name=$$(basename $$file .py); echo "== $$name"; .venv/bin/python -m benchmarks.$$name || exit 1; done

lock: | $(filter .tools/bin/uv,$(UV))
	@for name in bridge test demo; do \
	  $(UV) pip compile --quiet --upgrade --python-version 3.14.2 --generate-hashes --no-header --no-emit-index-url \
	    requirements/$$name.in --output-file requirements/$$name.txt || exit 1; done

clean:
	rm -rf .venv .venv-demo .tools .demo .mypy_cache .pytest_cache .ruff_cache .hypothesis node_modules contracts/out contracts/cache
