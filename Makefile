# What a person does with this repository. `make` alone lists it; each target's words are its ## comment.
.DEFAULT_GOAL := help
.PHONY: help build test lint bench generate clean

GO ?= go
VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo unknown)
# The race detector needs a C compiler; without one the same tests run without it.
RACE := $(shell command -v gcc >/dev/null 2>&1 && echo -race)
TOOL := $(GO) tool -modfile=internal/tools/go.mod
SUMMARY := bin/testsum
# Set by .ci/run: which skips are allowed. Elsewhere skips are printed with their reason.
SKIPS ?=

help: ## list what can be made
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 20

build: ## build bin/osusume, one static binary
	CGO_ENABLED=0 $(GO) build -trimpath -ldflags "-s -w -X osusume/internal/app.version=$(VERSION)" -o bin/osusume ./cmd/osusume

test: $(SUMMARY) ## run every test with the race detector, on SQLite and, where it is installed, on PostgreSQL
	@$(GO) test -C internal/tools ./testsum
	@$(GO) test $(RACE) -shuffle=on -timeout 18m -json ./... | $(SUMMARY) $(SKIPS)

lint: ## check formatting, go vet and staticcheck
	@out=$$(gofmt -l $$(git ls-files --cached --others --exclude-standard '*.go')); if [ -n "$$out" ]; then echo "gofmt these files:"; echo "$$out"; exit 1; fi
	$(GO) vet ./...
	$(TOOL) staticcheck ./...
	$(GO) vet -C internal/tools ./testsum

bench: build ## measure the real binary against the smallest possible bot, on PostgreSQL
	$(GO) run ./internal/bench/run

generate: ## bring generated documentation up to date
	$(GO) generate ./...

clean: ## remove what make built
	rm -rf bin

$(SUMMARY): internal/tools/testsum/main.go
	@mkdir -p bin
	@$(GO) build -C internal/tools -o ../../$(SUMMARY) ./testsum
