package cost

// Walked is how many transitions the walk through a machine counts.
func Walked(machine []byte, a Assumptions) (perOrder, perItem int, err error) {
	order, item, err := longest(machine, a)
	return order.transitions, item.transitions, err
}
