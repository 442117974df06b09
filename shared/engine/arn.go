package engine

import (
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/orderloom/orderloom/shared/fault"
)

// ARN makes an ARN of Step Functions in the engine's region and account, e.g.
// ARN("stateMachine", "intake").
func (e *Engine) ARN(parts ...string) string { return e.arnPrefix + strings.Join(parts, ":") }

// MachineARN is the ARN that a machine of that name has.
func (e *Engine) MachineARN(name string) string { return e.ARN("stateMachine", name) }

func lastPart(arn string) string { return arn[strings.LastIndexByte(arn, ':')+1:] }

// splitMachine takes a machine's ARN apart: qualifier is the number of a
// version, the name of an alias or "".
func (e *Engine) splitMachine(arn string) (machine, qualifier string, err error) {
	rest, _ := strings.CutPrefix(arn, e.arnPrefix)
	rest, ok := strings.CutPrefix(rest, "stateMachine:")
	if !ok || rest == "" {
		return "", "", fault.New(ErrInvalidArn, "Invalid Arn: '%s' is no state machine of %s", arn, e.arnPrefix)
	}
	name, qualifier, _ := strings.Cut(rest, ":")
	return arn[:len(arn)-len(rest)+len(name)], qualifier, nil
}

// checkARN refuses what is no ARN of a state machine here, or of a part of one.
func (e *Engine) checkARN(arn string) error {
	_, _, err := e.splitMachine(arn)
	return err
}

func versionARN(machine string, number int) string { return machine + ":" + strconv.Itoa(number) }

var badName = regexp.MustCompile("[\\s<>{}\\[\\]?*\"#%\\\\^|~`$&,;:/\\x00-\\x1f\\x7f-\\x9f\\x{fffe}\\x{ffff}\\x{10ffff}]")

// checkName applies AWS's rules for names of machines, aliases and executions.
func checkName(name string) error {
	if name == "" || utf8.RuneCountInString(name) > 80 || !utf8.ValidString(name) || badName.MatchString(name) {
		return fault.New(ErrInvalidName, "Invalid Name: '%s'", name).Do("a name has 1 to 80 characters without spaces, brackets and special characters")
	}
	return nil
}
