.DEFAULT_GOAL := help

# Tools are run at an exact version, never installed.
GOLANGCI      := go run github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0
WORKFLOWCHECK := go run go.temporal.io/sdk/contrib/tools/workflowcheck@v0.6.0

# The modules beside the main one, and how the embedded server is built.
NESTED         := devserver tests/deploy
DEVSERVER_TAGS := -tags disable_grpc_modules

help: ## Print this message
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

build: ## Build the embedded server, the worker and the starter into .build
	go run ./tests/demo -build

demo: ## Tell a salon's story, or that of STORY=bus; ONCE=1 stops by itself
	go run ./tests/demo $(if $(STORY),-story $(STORY)) $(if $(ONCE),-once)

up: ## Start the embedded server and a worker
	go run ./tests/demo -up

test: tools tidy check lint unit deploy devserver e2e ## Everything that CI runs; installs what it needs

tools:
	sh tests/install.sh

tidy: ## Check that every go.mod is tidy
	go mod tidy -diff
	for module in $(NESTED); do (cd $$module && go mod tidy -diff) || exit 1; done

check: ## Vet, format, and what in the workflows is not deterministic
	go vet ./...
	@unformatted="$$(gofmt -l events workflows activities domains worker starter internal tests devserver)"; \
		test -z "$$unformatted" || { echo "gofmt -w is due for $$unformatted"; exit 1; }
	$(WORKFLOWCHECK) -config workflows/workflowcheck.yaml ./workflows/...

lint: ## Lint with golangci-lint, whose first build takes five minutes
	$(GOLANGCI) run ./...

unit: ## Tests that need no server, with the race detector
	go test -race -short ./...

devserver: ## Tests of the embedded server
	cd devserver && go vet $(DEVSERVER_TAGS) ./... && go test $(DEVSERVER_TAGS) -timeout 30m ./...

deploy: ## Check the compose file and the images
	cd tests/deploy && go vet ./... && go test ./...

e2e: build ## Tests on the real embedded server, chaos and browser included
	go test -timeout 30m ./tests/e2e/... ./tests/booking/...

replay: ## Replay every recorded history against today's code
	go test ./tests/replay

record: build ## Record a history of each path that has none yet
	go test -timeout 30m ./tests/replay -record

bench: build ## Compare deliveries with bare workflows, as ratios
	go test -timeout 60m -run '^$$' -benchtime 5x -bench . ./tests/bench

clean: ## Remove what was built and what the demo left
	rm -rf .build .demo

.PHONY: help build demo up test tools tidy check lint unit deploy devserver e2e replay record bench clean
