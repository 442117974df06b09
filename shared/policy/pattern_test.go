package policy_test

import (
	"encoding/json"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/orderloom/orderloom/shared/order"
	"github.com/orderloom/orderloom/shared/policy"
)

// named is an order whose name is the text.
func named(text string) policy.Record {
	doc := order.Document{Name: text}
	status := order.NewStatus("ord_1", &doc)
	return policy.OrderRecord(&doc, &status, clock)
}

// matching reads the row "name matches pattern"; what is wrong with it is said.
func matching(pattern string) (*policy.Condition, policy.Problems) {
	value, err := json.Marshal(pattern)
	if err != nil {
		panic(err) // a text always encodes
	}
	return parseCondition("order.name", "matches", string(value))
}

func TestAPatternIsForTheWholeText(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ pattern, meets, not string }{
		{`[0-9]{5}`, "12345", "123456"},
		{`^[0-9]{5}$`, "12345", "x12345"},
		{`\d{5}(-\d{4})?`, "12345-6789", "12345-678"},
		{`.+@.+\.[a-z]{2,}`, "a@b.de", "a@.de"},
		{`[^@]*`, "no at", "an@at"},
		{`.*`, "日本語 😀", "two\nlines"},
		{`(?:A|B)-?\w+`, "B_1", "B-é"},
		{`a\.b\*\(\/\$\{x\}%`, `a.b*(/${x}%`, `a_b*(/${x}%`},
		{`[\]\[\-\\^]+x`, "", ""},
		{`[+\-\]a-c]{2,3}`, "-]b", "d"},
		{`#1\d*|x{0}`, "#12", "x"},
		{`(ab?c){2,}`, "abcac", "abc"},
		{`日本[語人]`, "日本人", "日本"},
		{`[!-\/]+`, "#/", "0"},
	} {
		c, problems := matching(row.pattern)
		if row.meets == "" {
			if !problems.Has(policy.InvalidPattern) {
				t.Errorf("%s: %v", row.pattern, problems)
			}
			continue
		}
		if problems != nil {
			t.Errorf("%s: %v", row.pattern, problems)
			continue
		}
		for text, want := range map[string]bool{row.meets: true, row.not: false} {
			if got := c.Holds(named(text)); got != want {
				t.Errorf("%s on %q: %v", row.pattern, text, got)
			}
			if got := evalExpr(t, c.JSONata("facts"), policy.FactsOf(named(text), c.Facts())); got != want {
				t.Errorf("%s on %q: the expression gives %v\n%s", row.pattern, text, got, c.JSONata("facts"))
			}
		}
	}
}

func TestWhatEnginesReadDifferentlyIsRefused(t *testing.T) {
	t.Parallel()
	for _, pattern := range []string{
		`(a`, `a)`, `[a`, `[]`, `[^]`, `[z-a]`, `[a-\d]`, `[[:alpha:]]`, `[a&&^b]`, `\`, `[\`, `*a`, `a**`, `a+?`, `a{2}?`, `a{`, `a{,2}`, `{2}`, `a{3,2}`, `a{101}`, `a}`, `]`,
		`\s`, `\b`, `\1`, `\p{L}`, `\n`, `\x41`, `\D`, `(?=a)`, `(?i)a`, `(?<n>a)`, "a\nb", "a\x00", `😀`, `[😀]`, "\u2028", `a^b`, `a$b`,
		`.`, `.?`, `.{3}`, `[^a]`, `(.)+`, `.+.+`, `.+.*.+`, `[^a]+b?.+`, `(.+){2}`, `(a|.+)*`, `(a+)+`, `(a*b)*`, `(a{2,}){2}`, strings.Repeat("a", 201),
		`((((a{100}){100}){100}){100})`,
	} {
		if _, problems := matching(pattern); len(problems) != 1 || problems[0].Code != policy.InvalidPattern {
			t.Errorf("%q: %v", pattern, problems)
		}
	}
}

// units writes a text as an engine sees it that counts in UTF-16 units: two
// characters, which no pattern names, stand for one beyond U+FFFF.
var units = strings.NewReplacer("😀", "\ue001\ue002", "🚀", "\ue001\ue003")

func TestCountingCharactersOrUnitsMakesNoDifference(t *testing.T) {
	t.Parallel()
	atom := rapid.SampledFrom([]string{".*", ".+", "[^a]*", "[^a]+", "a", "b?", "[ab]{1,2}", `\d`, "(", "(?:", ")", ")?", ")*", ")+", "){2}", "|", "a*"})
	text := rapid.StringOf(rapid.SampledFrom([]rune("ab1😀🚀")))
	tried := 0
	rapid.Check(t, func(t *rapid.T) {
		pattern := strings.Join(rapid.SliceOfN(atom, 1, 7).Draw(t, "pattern"), "")
		c, problems := matching(pattern)
		if problems != nil {
			return
		}
		tried++
		for range 20 {
			s := text.Draw(t, "text")
			if c.Holds(named(s)) != c.Holds(named(units.Replace(s))) {
				t.Fatalf("%q on %q", pattern, s)
			}
		}
	})
	if tried == 0 {
		t.Error("no pattern was tried")
	}
}
