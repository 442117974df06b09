package main

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// block is one code block of the README with the words behind its fence.
type block struct {
	line int
	tag  string // "sh go", "sh tools", …
	text string
}

// README's blocks by tag:
//
//	sh go       runs with Go alone: here
//	sh tools    needs the AWS CLI: runs here when README_BLOCKS names it
//	sh run      starts Orderloom: what the others run against
//	sh ci       what .ci/run calls
//	sh account  needs an AWS account: only its syntax is checked
var tags = []string{"sh go", "sh tools", "sh run", "sh ci", "sh account"}

func readme(t *testing.T) []block {
	t.Helper()
	data, err := os.ReadFile("../../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	var all []block
	inside := false
	for i, line := range strings.Split(string(data), "\n") {
		switch {
		case !strings.HasPrefix(line, "```"):
			if inside {
				all[len(all)-1].text += line + "\n"
			}
		case inside:
			inside = false
		default:
			inside = true
			all = append(all, block{line: i + 1, tag: strings.TrimPrefix(line, "```")})
		}
	}
	return all
}

func TestREADMEBlocksAreTagged(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, b := range readme(t) {
		if b.tag != "" && !slices.Contains(tags, b.tag) {
			t.Errorf("README.md:%d: a code block is tagged %q; tags are %q", b.line, b.tag, tags)
		}
		seen[b.tag] = true
	}
	for _, tag := range tags {
		if !seen[tag] {
			t.Errorf("README.md has no block %q", tag)
		}
	}
}

// TestREADMEBlocksAreShell: also what is not run here, for want of an account,
// is at least written correctly, and .ci/run calls what the page says it does.
func TestREADMEBlocksAreShell(t *testing.T) {
	t.Parallel()
	ci, err := os.ReadFile("../../../.ci/run")
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range readme(t) {
		if b.tag == "" { // a picture
			continue
		}
		if out, err := exec.CommandContext(t.Context(), "bash", "-n", "-c", b.text).CombinedOutput(); err != nil {
			t.Errorf("README.md:%d: %v\n%s", b.line, err, out)
		}
		if b.tag == "sh ci" && !strings.Contains(string(ci), " "+strings.TrimSpace(b.text)+"\n") {
			t.Errorf("README.md:%d: .ci/run does not call %q", b.line, b.text)
		}
	}
}

// TestREADMERuns executes the README's commands in their order, against an
// Orderloom that was started as the README says, on free ports.
func TestREADMERuns(t *testing.T) {
	t.Parallel()
	wanted := "sh " + os.Getenv("README_BLOCKS")
	if wanted == "sh " {
		wanted = "sh go"
	}
	dir := t.TempDir()
	program := filepath.Join(dir, "orderloom")
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", program, ".").CombinedOutput(); err != nil {
		t.Fatalf("building: %v\n%s", err, out)
	}
	data := filepath.Join(dir, "data")
	up := exec.Command(program, "up", "--port", "0", "--aws-port", "0", "--data", data, "--speed", "20")
	up.Dir = "../../.."
	if err := up.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = up.Process.Signal(os.Interrupt)
		if err := up.Wait(); err != nil {
			t.Errorf("stopping Orderloom: %v", err)
		}
	})
	sh := shell{t, program, data}
	sh.wait("orders show '#2008'") // the last sample but those of the lab
	for _, b := range readme(t) {
		if b.tag != wanted {
			continue
		}
		// The program is built already, and its data is not the user's.
		text := strings.NewReplacer("go run ./shared/cmd/orderloom", program, ".orderloom/", data+"/", "make demo", program+" demo").Replace(b.text)
		if out, err := sh.run(text); err != nil {
			t.Fatalf("README.md:%d: %v\n%s\n%s", b.line, err, b.text, out)
		}
	}
}

type shell struct {
	t       *testing.T
	program string
	data    string
}

func (s shell) run(text string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(s.t.Context(), 3*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "bash", "-euo", "pipefail", "-c", text)
	cmd.Dir = "../../.."
	cmd.Env = append(os.Environ(), "ORDERLOOM_DATA="+s.data, "AWS_PAGER=")
	return cmd.CombinedOutput()
}

// wait tries a command of Orderloom's until it succeeds.
func (s shell) wait(args string) {
	s.t.Helper()
	var out []byte
	var err error
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(200 * time.Millisecond) {
		if out, err = s.run(s.program + " " + args); err == nil {
			return
		}
	}
	s.t.Fatalf("%s: %v\n%s", args, err, out)
}
