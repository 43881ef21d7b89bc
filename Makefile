# Annals. `make help` lists what can be done; the work is in scripts/.
.DEFAULT_GOAL := help
.PHONY: help run test build lint format bench bench-large clean dependencies

# An import that the dependency table of Package.swift does not allow ends the build.
export SWIFT_FLAGS ?= --explicit-target-dependency-import-check error

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: dependencies ## Build and start the service on https://127.0.0.1:8977, with its data in var/
	@scripts/run

test: dependencies ## Run every test; ENGINES="sqlite postgresql" for less than all three
	@scripts/test $(ENGINES)

build: dependencies ## Build the release binary
	@scripts/build

lint: dependencies ## Check format, imports, sizes and words
	@scripts/lint

format: ## Format the Swift sources in place
	@swift format format --in-place --recursive Sources Tests Package.swift

bench: dependencies ## Measure the figures of docs/performance.md on every engine
	@scripts/bench

bench-large: dependencies ## The same with 10 million events in the store
	@scripts/bench --events 10000000

clean: ## Delete what was built, but not var/
	@rm -rf .build .venv .venv-*

dependencies: ## Install what is missing: Debian packages
	@scripts/install-dependencies
