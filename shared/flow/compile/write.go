package compile

import (
	"bytes"
	"encoding/json"
	"strconv"

	"github.com/orderloom/orderloom/shared/asl"
	"github.com/orderloom/orderloom/shared/flow"
)

// write makes the machine, and with profile compact its children, too.
func (c *compiler) write() {
	c.result.Machine = c.encoded(c.machine())
	if c.profile != flow.Compact {
		return
	}
	c.result.Standard, c.cutting = c.result.Machine, true
	c.result.Machine = c.encoded(c.machine())
	for _, k := range c.cuts {
		if len(k.starts) > 0 {
			c.result.Children = append(c.result.Children, Child{k.name(), k.placeholder(), c.encoded(k.child())})
		}
	}
}

func (c *compiler) machine() object {
	b := c.build(c.scopes[0], nil)
	return object{
		{"Comment", "Compiled from flow " + strconv.Quote(c.doc.ID) + ". Do not edit: change the document."},
		{"QueryLanguage", "JSONata"},
		{"StartAt", flow.StartState},
		{"States", c.profiled(b)},
	}
}

// encoded writes a machine and reads it as Step Functions would.
func (c *compiler) encoded(machine object) []byte {
	var flat, out bytes.Buffer
	err := encode(&flat, machine)
	if err == nil {
		err = json.Indent(&out, flat.Bytes(), "", "  ")
	}
	if err != nil {
		c.report.Add(MachineInvalid, "", "", "writing the machine: %v", err)
		return nil
	}
	out.WriteByte('\n')
	c.verify(flat.Bytes(), out.Len())
	return out.Bytes()
}

// verify reads what was written as Step Functions would. The same without
// blanks is faster to read.
func (c *compiler) verify(flat []byte, size int) {
	if size > asl.MaxDefinition {
		c.report.Add(MachineTooLarge, "", "/steps", "the machine has %d bytes, more than the %d that Step Functions takes | Split the flow into several", size, asl.MaxDefinition)
		return
	}
	if _, problems := asl.Parse(flat); len(problems) > 0 {
		c.report.Add(MachineInvalid, "", "", "the compiler wrote a machine that Step Functions refuses: %v | Report this as a defect of Orderloom", problems[0])
	}
}
