package compile

import "github.com/orderloom/orderloom/shared/flow"

func (c *compiler) checkSizes() {}
func (c *compiler) bound()      {}

type Transitions struct{}

var _ flow.Step
