# The front of the scripts in scripts/; every one of them can be run by itself too.

SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help setup run restart stop certificate demo test check format bench db migrate backup restore doctor

# Where databases, recordings, secrets and logs lie, and the gateway's port; the other ports follow it. With both of their
# own, two suites run side by side.
DATA ?= $(CURDIR)/.data
PORT ?= 8080
export DATA PORT

SOURCES := Package.swift Shared Services gateway Tests Benchmarks

help: ## Print this
	@awk 'BEGIN { FS = ":.*## "; print "make <what> [NAME=value]\n" } \
	    /^[a-z]+:.*## / { printf "  %-9s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@printf '\n  DATA=%s  PORT=%s\n' "$(DATA)" "$(PORT)"

setup: ## Install the Debian packages that are missing, and the local recogniser
	@scripts/setup
	@scripts/recogniser-venv "$${LOCAL_RECOGNISER:-$(CURDIR)/.data/recogniser}"

run: ## Build, migrate and start everything; Ctrl-C stops it. DATA=folder PORT=8080
	@exec scripts/run

stop: ## Stop what `make run` started with the same DATA, from another terminal
	@exec scripts/stop

certificate: ## Make the development certificate anew, for the tenants that there are now
	@exec scripts/certificate

restart: ## Put new processes in the place of running ones, without a failed request. SERVICE=calls for one of them
	@exec scripts/restart $(SERVICE)

demo: ## Fill the tenant `demo` of a running suite with calls whose speech is made here
	@exec scripts/demo

test: ## Build and run every test. FILTER=words runs those whose names match
	@exec scripts/test '$(FILTER)'

check: ## What a change has to pass: format, shell lint, build, every test
	@exec scripts/check

format: ## Rewrite the Swift sources in the repository's format
	swift format format --in-place --recursive --parallel $(SOURCES)

bench: ## Build for release and measure
	@exec scripts/bench

db: ## Open psql on a service's database of a running suite. SERVICE=calls
	@exec scripts/db '$(or $(SERVICE),calls)'

migrate: ## Bring the databases of a running suite up to date. SERVICE=calls for one of them
	@exec scripts/migrate $(SERVICE)

backup: ## Write databases, recordings and keys to a folder, while everything runs. TO=folder
	@exec scripts/backup '$(TO)'

restore: ## Make an empty DATA from such a folder. FROM=folder KEYS=file
	@exec scripts/restore '$(FROM)'

doctor: ## Check this machine and a running suite, and name the fix of each fault
	@exec scripts/switchboard doctor
