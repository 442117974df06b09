package compile

import (
	"bytes"
	"encoding/json"
	"strconv"

	"github.com/orderloom/orderloom/shared/asl"
	"github.com/orderloom/orderloom/shared/flow"
)

// write makes the machine.
func (c *compiler) write() {
	b := c.build(c.scopes[0], nil)
	machine := object{
		{"Comment", "Compiled from flow " + strconv.Quote(c.doc.ID) + ". Do not edit: change the document."},
		{"QueryLanguage", "JSONata"},
		{"StartAt", flow.StartState},
		{"States", b.states()},
	}
	var flat, out bytes.Buffer
	err := encode(&flat, machine)
	if err == nil {
		err = json.Indent(&out, flat.Bytes(), "", "  ")
	}
	if err != nil {
		c.report.Add(MachineInvalid, "", "", "writing the machine: %v", err)
		return
	}
	out.WriteByte('\n')
	c.result.Machine = out.Bytes()
	c.verify(flat.Bytes())
}

// verify reads what was written as Step Functions would. The same without
// blanks is faster to read.
func (c *compiler) verify(flat []byte) {
	if n := len(c.result.Machine); n > asl.MaxDefinition {
		c.report.Add(MachineTooLarge, "", "/steps", "the machine has %d bytes, more than the %d that Step Functions takes | Split the flow into several", n, asl.MaxDefinition)
		return
	}
	if _, problems := asl.Parse(flat); len(problems) > 0 {
		c.report.Add(MachineInvalid, "", "", "the compiler wrote a machine that Step Functions refuses: %v | Report this as a defect of Orderloom", problems[0])
	}
}
