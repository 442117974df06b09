# Orderloom. "make" lists what there is; only Go is needed unless said otherwise.

# Programs that need more than Go put their tools here (see .ci/run); git-ignored.
VENV ?= .venv
SAM  ?= $(or $(wildcard $(VENV)/sam/bin/sam),sam)
CFNLINT ?= $(or $(wildcard $(VENV)/sam/bin/cfn-lint),cfn-lint)
ASL  ?= .ci/node_modules/.bin/asl-validator

MAINS     := $(wildcard functions/*/*/main.go functions/providers/*/*/main.go)
MACHINES  := $(wildcard statemachines/*/statemachine.asl.json)
TEMPLATES := template.yaml shared/event/schemas/template.yaml $(wildcard functions/providers/*/template.yaml)
GO_BUILD  := CGO_ENABLED=0 GOOS=linux GOARCH=arm64 go build -trimpath -ldflags "-s -w" -tags lambda.norpc

export SAM_CLI_TELEMETRY ?= 0
export AWS_DEFAULT_REGION ?= us-east-1

.PHONY: help run demo reset test race bench bench-others golden oracle asl moto clients crash isolate validate artifacts readme-tools
.DEFAULT_GOAL := help

help:
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 15

run: ## start Orderloom on this machine; ISOLATE=1 runs the built functions behind a local Runtime API
	@echo "compiling; the first time takes about a minute"; go run ./shared/cmd/orderloom up $(if $(ISOLATE),--isolate) $(ARGS)

demo: ## send the sample orders through the whole flow, print what became of them, and exit
	@echo "compiling; the first time takes about a minute"; go run ./shared/cmd/orderloom demo $(ARGS)

reset: ## delete the local data
	@go run ./shared/cmd/orderloom reset $(ARGS)

test: ## everything that needs only Go
	go test -parallel 8 ./...

race: ## the same under the race detector (needs a C compiler)
	go test -race -parallel 8 ./...
bench: ## the figures: webhook latency, orders per second, costs of engine and store
	go test -run '^$$' -bench . -benchmem ./...
bench-others: ## the engine's six states on go-workflows with SQLite and on aws-local-stepfunctions (needs Node)
	cd shared/engine/bench/goworkflows && go run .
	cd shared/engine/bench/stepfunctions && npm ci --silent && node bench.mjs
golden: ## write everything that is generated: catalog, example events, machines, schemas, expected results
	GOLDEN=update go test -count=1 ./shared/cmd/catalog
	GOLDEN=update go test -count=1 ./shared/entity ./shared/flow/compile ./shared/flow/schema ./statemachines ./functions/providers/shopify
	GOLDEN=update go test -count=1 -run GoldenFlow ./shared/cmd/orderloom
	GOLDEN=update go test -count=1 -run Scenarios ./shared/cmd/world
crash: ## kill -9 with orders in flight; random machines whose log breaks off anywhere
	RAPID_CHECKS=400 go test -count=1 -run 'Crash|Killed' ./shared/cmd/... ./shared/engine/... ./shared/table/sqlite/...
isolate: ## ship the sample orders with every function built and run as a program of its own
	ISOLATE=1 go test -count=1 -run BuiltPrograms ./shared/cmd/world
oracle: ## compare JSONata with the reference (needs Node)
	npm ci --silent --prefix shared/jsonata/oracle && cd shared/jsonata && node oracle/oracle.mjs testdata/corpus
	cd shared/jsonata && s=0; for g in "generate.mjs 7 5000 testdata/corpus" "generate.mjs $(or $(SEED),8) 5000 testdata/corpus" "pictures.mjs 7 5000"; do node oracle/$$g > oracle/generated.json && \
	  JSONATA_CORPUS=$$PWD/oracle/generated.json go test -count=1 -run Generated . || { s=1; echo "failed: $$g"; }; done; rm -f oracle/generated.json; exit $$s
asl: ## compare the check of machines with asl-validator's (needs Node)
	npm ci --silent --prefix .ci && node .ci/asl.mjs
moto: ## compare the engine with moto's interpreter of machines (needs Node and Python with moto)
	npm ci --silent --prefix shared/jsonata/oracle && MOTO_PYTHON=$(or $(abspath $(wildcard $(VENV)/aws/bin/python)),python3) \
	  go test -count=1 -parallel 16 ./shared/engine/oracle -rapid.seed=7 -rapid.checks=30 -rapid.shrinktime=20s
clients: ## walk every operation of Step Functions with boto3 and the AWS CLI, too (needs both)
	CLIENTS_PYTHON=$(or $(abspath $(wildcard $(VENV)/aws/bin/python)),python3) go test -count=1 -run 'Operation|Clients' ./shared/local/statesapi
validate: ## check templates and machines (needs cfn-lint, SAM CLI and asl-validator; no account)
	$(CFNLINT) $(TEMPLATES)
	$(SAM) validate --lint
	$(foreach m,$(MACHINES),$(ASL) --json-path $(m) &&) true

artifacts: ## build every function as deployed and check what was built (needs SAM CLI)
	$(SAM) build
	go run ./shared/cmd/artifacts .aws-sam/build

readme-tools: ## run the README's blocks that need the AWS tools
	README_BLOCKS=tools go test -count=1 -run README ./shared/cmd/...

# SAM builds a function by its logical id: OrdersApplyEventFunction is the folder
# whose path, without separators and case, reads the same.
build-%:
	@id=$$(echo '$(*:Function=)' | tr A-Z a-z); for main in $(MAINS); do \
	  path=$$(echo $$main | sed 's#^functions/##; s#^providers/##; s#/main.go$$##' | tr -d /-); \
	  if [ "$$path" = "$$id" ]; then exec env $(GO_BUILD) -o '$(ARTIFACTS_DIR)/bootstrap' "./$${main%/main.go}"; fi; \
	done; echo "no folder under functions/ is $*" >&2; exit 1
