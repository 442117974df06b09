package runtimeapi

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"
	"time"

	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/fn"
	"github.com/orderloom/orderloom/shared/local/lambda"
)

// process is one running bootstrap. It has a Runtime API of its own, so that it
// is known which process an invocation dies with.
type process struct {
	pool *pool
	stop context.CancelFunc

	mu       sync.Mutex
	current  *invocation
	came     bool   // it has asked for work at least once
	lastWord string // why it could not start, as it reported
}

// live starts the program, serves it until it ends, and says why it did.
func (p *process) live(ctx context.Context) error {
	ctx, p.stop = context.WithCancel(ctx)
	defer p.stop()
	f := p.pool.function
	program, err := p.pool.runtime.opts.Bootstrap(ctx, f)
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return fault.Wrap(err, fault.Unavailable, "listening for the Runtime API")
	}
	server := &http.Server{Handler: p.routes(ctx), ReadHeaderTimeout: 10 * time.Second}
	served := make(chan struct{})
	go func() {
		defer close(served)
		_ = server.Serve(listener) // ends with Close
	}()
	err = p.execute(ctx, program, listener.Addr().String())
	_ = server.Close()
	<-served
	p.mu.Lock()
	defer p.mu.Unlock()
	if err == nil {
		err = fmt.Errorf("it exited")
	}
	if p.lastWord != "" {
		err = fmt.Errorf("%w: %s", err, p.lastWord)
	}
	if p.current != nil {
		p.current.end(outcome{failure: &fn.LambdaError{ErrorType: ErrExit, ErrorMessage: "the process of " + f.ID + " ended: " + err.Error()}})
	}
	return err
}

// execute runs the program to its end or that of ctx, which kills it.
func (p *process) execute(ctx context.Context, program, api string) error {
	opts := p.pool.runtime.opts
	c := exec.CommandContext(ctx, program)
	c.Dir = filepath.Dir(program)
	c.Env = environment(opts, p.pool.function, api, c.Dir)
	c.Stdout, c.Stderr = opts.Output, opts.Output
	c.WaitDelay = time.Second // grandchildren may hold its output open
	detach(c)
	return c.Run()
}

// environment is all that the program sees: what Lambda sets, with dummy
// credentials, and the function's own variables.
func environment(opts Options, f fn.Function, api, dir string) []string {
	name := fn.PhysicalName(opts.Stack, f.ID)
	env := map[string]string{
		"AWS_LAMBDA_RUNTIME_API": api, "AWS_LAMBDA_FUNCTION_NAME": name, "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
		"AWS_LAMBDA_FUNCTION_MEMORY_SIZE": strconv.Itoa(lambda.MemoryOf(f)), "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
		"AWS_LAMBDA_LOG_GROUP_NAME": "/aws/lambda/" + name, "AWS_LAMBDA_LOG_STREAM_NAME": "local",
		"AWS_REGION": opts.Region, "AWS_DEFAULT_REGION": opts.Region, "AWS_ACCESS_KEY_ID": "local", "AWS_SECRET_ACCESS_KEY": "local",
		"AWS_ENDPOINT_URL": opts.Endpoint, "AWS_DISABLE_HOST_PREFIX_INJECTION": "true", "AWS_EC2_METADATA_DISABLED": "true",
		"LAMBDA_TASK_ROOT": dir, "_HANDLER": "bootstrap", "TZ": ":UTC", "LANG": "en_US.UTF-8", "PATH": "/usr/local/bin:/usr/bin:/bin",
	}
	for k, v := range opts.Environment(f) {
		env[k] = v
	}
	all := make([]string, 0, len(env))
	for k, v := range env {
		all = append(all, k+"="+v)
	}
	return all
}

// kill ends the process if it still has this invocation.
func (p *process) kill(i *invocation) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.current == i {
		p.stop()
	}
}

func (p *process) asked() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.came
}

// isFree reports whether the pool counts the process as free.
func (p *process) isFree() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.current == nil
}
