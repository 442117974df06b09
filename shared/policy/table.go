package policy

import (
	"encoding/json"

	"github.com/orderloom/orderloom/shared/event"
	"github.com/orderloom/orderloom/shared/policy/jsondoc"
)

// Table writes rules that ask about the same fields by columns.
type Table struct {
	Columns []Column   `json:"columns"`
	Rows    []TableRow `json:"rows"`
}

// Column asks about one field. Operator is that of cells which give none.
type Column struct {
	Field    string   `json:"field"`
	Operator Operator `json:"operator"`
}

// TableRow is a rule. When has a cell for each column: null for any value, what
// the column's operator compares with, or an object with operator and value (or
// valueField) of its own. All cells must be met.
type TableRow struct {
	Name string            `json:"name"`
	When []json.RawMessage `json:"when"`
	Then []Action          `json:"then"`
}

func (r reader) table(p *Policy, n *jsondoc.Node) {
	p.Table = &Table{}
	if !r.Is(n, jsondoc.Object) {
		return
	}
	r.Known(n, "columns", "rows")
	if p.Kind == Filter {
		r.At(n, FilterActs, "a filter policy only decides, a table acts | Make it an execution policy or use rules")
	}
	fields := r.columns(p, n)
	rows := r.Need(n, "rows")
	if rows == nil || !r.Is(rows, jsondoc.Array) {
		return
	}
	if len(rows.Items) == 0 {
		r.At(rows, EmptyGroup, "the table has no rows")
	}
	p.rows = r.named(rows, func(item *jsondoc.Node) Rule { return r.tableRow(p, item, fields) })
}

// columns reads the columns; a field that could not be read has no type.
func (r reader) columns(p *Policy, n *jsondoc.Node) []Field {
	columns := r.Need(n, "columns")
	if columns == nil || !r.Is(columns, jsondoc.Array) {
		return nil
	}
	if len(columns.Items) == 0 {
		r.At(columns, EmptyGroup, "the table has no columns")
	}
	fields := make([]Field, len(columns.Items))
	for i, item := range columns.Items {
		var c Column
		if r.Is(item, jsondoc.Object) {
			r.Known(item, "field", "operator")
			f, ok := r.field(item, "field", p.Entity)
			c.Field = f.Path
			if ok {
				c.Operator = r.operator(item, f)
			}
			if c.Operator != "" && c.Operator.takesNothing() {
				r.At(item.Get("operator"), OperatorMismatch, "the operator of a column needs values in its cells | Give %q in the cells that ask it", c.Operator)
				c.Operator = ""
			}
			if c.Operator != "" {
				fields[i] = f
			}
		}
		p.Table.Columns = append(p.Table.Columns, c)
	}
	return fields
}

func (r reader) tableRow(p *Policy, n *jsondoc.Node, fields []Field) Rule {
	r.Known(n, "name", "when", "then")
	rule := Rule{Name: r.NeedText(n, "name")}
	row := TableRow{Name: rule.Name}
	if cells := r.Need(n, "when"); cells != nil && r.Is(cells, jsondoc.Array) {
		if len(cells.Items) != len(p.Table.Columns) {
			r.At(cells, CellsMismatch, "the row has %d cells, the table %d columns | Write null where any value will do", len(cells.Items), len(p.Table.Columns))
		}
		for i, cell := range cells.Items {
			written, _ := json.Marshal(cell.Value()) // what was decoded from JSON always encodes
			row.When = append(row.When, written)
			if i >= len(fields) || fields[i].Type == "" || cell.Kind == jsondoc.Null {
				continue
			}
			if rule.When == nil {
				rule.When = &Condition{}
			}
			rule.When.All = append(rule.When.All, r.cell(cell, fields[i], p.Table.Columns[i].Operator, p.Entity))
		}
	}
	if then := r.Need(n, "then"); then != nil && then.Kind == jsondoc.Array && len(then.Items) == 0 {
		r.At(then, EmptyGroup, "the list of actions is empty")
	}
	rule.Then = r.actions(n, p.Entity)
	row.Then = rule.Then
	p.Table.Rows = append(p.Table.Rows, row)
	return rule
}

func (r reader) cell(n *jsondoc.Node, f Field, operator Operator, of event.Entity) Condition {
	c := Condition{Field: f.Path, Operator: operator}
	if n.Kind != jsondoc.Object {
		c.want.kind, c.want.as = f.Type, operator
		r.expect(&c, n, f)
		return c
	}
	r.Known(n, "operator", "value", "valueField")
	if c.Operator = r.operator(n, f); c.Operator != "" {
		r.operand(&c, n, f, of)
	}
	return c
}
