package fn

import "strings"

// LogicalID is the name of a function's resource in a template and, in
// "${…}", its placeholder in a machine: "orders/apply-event" →
// "OrdersApplyEventFunction".
func LogicalID(id string) string {
	var b strings.Builder
	for _, word := range strings.FieldsFunc(id, func(r rune) bool { return r == '/' || r == '-' }) {
		b.WriteString(strings.ToUpper(word[:1]) + word[1:])
	}
	return b.String() + "Function"
}

// PhysicalName is the name of a deployed function: "orders/apply-event" in
// stack "shop" → "shop-orders-apply-event".
func PhysicalName(stack, id string) string {
	return stack + "-" + strings.ReplaceAll(id, "/", "-")
}
