package cost

// Walked is how many transitions the walk through a machine counts.
func Walked(machine []byte, a Assumptions) (perOrder, perItem, perLine int, err error) {
	order, item, line, err := longest(machine, a)
	return order.transitions, item.transitions, line.transitions, err
}
