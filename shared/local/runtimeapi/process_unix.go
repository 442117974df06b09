//go:build unix

package runtimeapi

import (
	"os/exec"
	"syscall"
)

// detach keeps a Ctrl-C in the terminal from the process: the host ends it when
// its work is done.
func detach(c *exec.Cmd) { c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }
