# Guildhall: one command runs it, one passes its tests. Everything here can be run twice.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

WEB_SOURCES := $(shell git ls-files --cached --others --exclude-standard web 2>/dev/null)
NODE_MODULES := web/node_modules/.package-lock.json
BROWSER_MODULES := tests/browser/node_modules/.package-lock.json
FAULTS_MODULES := tests/faults/node_modules/.package-lock.json
PEERS_MODULES := bench/peers/node_modules/.package-lock.json
NODE_TEST := node --test --test-concurrency=1
# Those that reach every service where it is: what people say, guilds, accounts, mail, providers, operators, friends, pictures, erasure.
FLEET_CONVERSATIONS := conversation rooms roles accounts security providers operator friends leaving
FAULT_TESTS := GUILDHALL_TEST_BINARY=$(CURDIR)/target/debug/guildhall GUILDHALL_TEST_SABOTAGED=$(CURDIR)/target/debug/guildhall-sabotaged tests/faults/run
FLEET_FAULTS := GUILDHALL_TEST_BINARY=$(CURDIR)/target/debug/guildhall tests/faults/run-fleet
export CARGO_TERM_COLOR ?= auto

.PHONY: help run build web dev test test-rust test-web test-browser test-proxy test-delivery test-fleet faults sabotaged check format bench bench-fleet

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: build ## build everything and start Guildhall (ARGS="--listen 0.0.0.0:8080" and so on)
	@exec target/release/guildhall serve $(ARGS)

build: web ## build the client and the binary: target/release/guildhall
	@echo "make: building the binary (the first time takes a few minutes)"
	@cargo build --release --locked -p guildhall

web: web/dist/index.html ## build the web client into web/dist

dev: $(NODE_MODULES) ## watch mode: the server is rebuilt and restarted, the client reloads by itself
	@tools/dev

test: test-web test-rust test-browser test-proxy test-delivery test-fleet ## pass all tests
	@echo "make: all tests passed"

test-rust: web ## Rust: unit, contract, store, bus and blob suites, on SQLite, a private PostgreSQL, private brokers and a private S3
	@echo "make: Rust tests"
	@tests/need nats-server redis-server rabbitmq-server
	@tests/need-s3 >/dev/null
	@tests/with-postgres cargo test --workspace --locked

test-web: $(NODE_MODULES) ## the web client: checks and unit tests
	@echo "make: the web client's checks and tests"
	@cd web && npm run --silent check && npm run --silent test
	@$(NODE_TEST) bench/lib/

test-browser: web $(BROWSER_MODULES) ## conversations between real browsers, through the real binary
	@echo "make: conversations in the browser"
	@tests/need chromium,chromium-browser,google-chrome
	@cargo build --locked -p guildhall
	@cd tests/browser && GUILDHALL_TEST_BINARY=../../target/debug/guildhall $(NODE_TEST) --test-timeout=180000

test-delivery: sabotaged ## what is promised of delivery, under every fault: kill -9, full disk, slow and dead readers, clocks, storms
	@echo "make: the proof of delivery"
	@$(FAULT_TESTS)

test-fleet: web $(BROWSER_MODULES) $(FAULTS_MODULES) ## the same program as several processes on PostgreSQL, NATS and S3: conversations, and what happens when parts go away
	@echo "make: the shapes of several processes"
	@tests/need chromium,chromium-browser,google-chrome
	@cargo build --locked -p guildhall
	@cd tests/browser && ../with-fleet nodes $(NODE_TEST) --test-timeout=180000 conversation.test.mjs
	@cd tests/browser && ../with-fleet fleet $(NODE_TEST) --test-timeout=180000 $(FLEET_CONVERSATIONS:%=%.test.mjs)
	@$(FLEET_FAULTS)

faults: sabotaged ## the same at length, of one process and of several: half an hour
	@FAULTS=long $(FAULT_TESTS)
	@FAULTS=long $(FLEET_FAULTS)

test-proxy: web ## people get in through nginx as deploy/ sets it up
	@echo "make: nginx before the real binary"
	@tests/need nginx openssl
	@cargo build --locked -p guildhall
	@GUILDHALL_TEST_BINARY=target/debug/guildhall $(NODE_TEST) --test-timeout=120000 deploy/checks/proxy.test.mjs

sabotaged: web $(FAULTS_MODULES)
	@cargo build --locked -p guildhall
	@cargo build --locked -p guildhall --features sabotage --bin guildhall-sabotaged

check: $(NODE_MODULES) ## what else guards main: format, clippy with warnings denied, the client's checks, deploy/
	@cargo fmt --all --check
	@rustfmt --check --edition 2024 $$(git ls-files '*/sql.rs' '*/store/sqlite.rs' '*/store/postgres.rs' '*/journal/*.rs' '*/sql/*.rs' engines/sql/src/log.rs)
	@cargo clippy --workspace --all-targets --locked -- -D warnings
	@cd web && npm run --silent check
	@deploy/checks/run

format: $(NODE_MODULES) ## format all sources
	@cargo fmt --all
	@rustfmt --edition 2024 $$(git ls-files '*/sql.rs' '*/store/sqlite.rs' '*/store/postgres.rs' '*/journal/*.rs' '*/sql/*.rs' engines/sql/src/log.rs)
	@cd web && npm run --silent format

bench: build $(PEERS_MODULES) ## measure Guildhall beside its peers, a quarter of an hour: docs/benchmarks.md (BENCH=quick: three minutes)
	@cargo build --release --locked -p bench-load -p bench-peers
	@node bench/run.mjs

bench-fleet: build $(PEERS_MODULES) ## measure what a fleet costs, five minutes: its part of docs/benchmarks.md
	@tests/need nats-server psql:postgresql-client
	@cargo build --release --locked -p bench-load
	@node bench/fleet.mjs

$(NODE_MODULES): web/package.json web/package-lock.json
	@tools/need-node
	@echo "make: installing the web client's packages"
	@cd web && npm ci --no-audit --no-fund --loglevel=error && touch node_modules/.package-lock.json

$(BROWSER_MODULES): tests/browser/package.json tests/browser/package-lock.json
	@echo "make: installing the browser tests' packages"
	@cd tests/browser && npm ci --no-audit --no-fund --loglevel=error && touch node_modules/.package-lock.json

$(FAULTS_MODULES): tests/faults/package.json tests/faults/package-lock.json
	@echo "make: installing the fault tests' packages"
	@cd tests/faults && npm ci --no-audit --no-fund --loglevel=error && touch node_modules/.package-lock.json

$(PEERS_MODULES): bench/peers/package.json bench/peers/package-lock.json
	@echo "make: installing the benchmarks' packages"
	@cd bench/peers && npm ci --no-audit --no-fund --loglevel=error && touch node_modules/.package-lock.json

web/dist/index.html: $(NODE_MODULES) $(WEB_SOURCES)
	@echo "make: building the web client"
	@cd web && npm run --silent build && touch dist/index.html
