package jsonata_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/orderloom/orderloom/shared/jsonata"
)

// Pictures and texts that would cost much more than they are long are refused.
func TestPicturesAreLimited(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("1", 5000)
	for _, k := range []struct{ expr, code string }{
		{`$formatInteger(1e15, "i")`, jsonata.CodeTooLarge},
		{`$fromMillis(0, "[Y,999999999]")`, jsonata.CodeTooLarge},
		{`$fromMillis(0, "[Y,2-999999999]")`, jsonata.CodeTooLarge},
		{`$fromMillis(0, "[Y9,9,*-90000]")`, jsonata.CodeTooLarge},
		{`$fromMillis(0, $pad("", 5000, "[Y]"))`, jsonata.CodeTooLarge},
		{`$formatNumber(1, $pad("", 9000, "0,") & "0")`, jsonata.CodeTooLarge},
		{`$formatInteger(1, $pad("", 9000, "0,") & "0")`, jsonata.CodeTooLarge},
		{`$formatNumber(1, "0." & $pad("", 101, "0"))`, "D1001"},
		{`$formatNumber(1, $pad("", 100000, "0") & "0000")`, jsonata.CodeTooLarge},
		{`$toMillis("` + long + `", "[Y]")`, jsonata.CodeTooLarge},
		{`$toMillis("1", $pad("", 15000, "[Y]"))`, jsonata.CodeTooLarge},
		{`$toMillis($pad("", 4000, "1") & "x", $pad("", 3000, "[Y]"))`, jsonata.CodeLimit},
	} {
		e, err := jsonata.Compile(k.expr, jsonata.WithLimits(tight))
		if err != nil {
			t.Fatal(err)
		}
		var je *jsonata.Error
		if _, err := e.Eval(context.Background(), nil, nil); !errors.As(err, &je) || je.Code != k.code {
			t.Errorf("%.80s: %v, want %s", k.expr, err, k.code)
		}
	}
}

// The reference never ends for these; XPath says what they are.
func TestExponentsOfZeroAndNegativeNumbers(t *testing.T) {
	t.Parallel()
	for expr, want := range map[string]string{
		`$formatNumber(0, "0.0e0")`:                      `"0.0e0"`,
		`$formatNumber(0, "00.0e00")`:                    `"00.0e00"`,
		`$formatNumber(-1234.5, "0.00e0")`:               `"-1.23e3"`,
		`$formatNumber(-0.00012, "00.0e00")`:             `"-12.0e-05"`,
		`$formatNumber(-1234.5, "0.0e0;0.0e0-")`:         `"1.2e3-"`,
		`$formatNumber(-0.5, "0e0", {"minus-sign":"−"})`: `"−5e−1"`,
	} {
		if got := run(t, expr, jsonata.Undefined, nil); got != want {
			t.Errorf("%s: %s, want %s", expr, got, want)
		}
	}
}

// Without a clock a timestamp must be complete.
func TestTimestampsWithoutDateAskTheClock(t *testing.T) {
	t.Parallel()
	e, err := jsonata.Compile(`[$toMillis("2018-03-27", "[Y]-[M]-[D]"), $toMillis(at, "[H]:[m]")]`)
	if err != nil {
		t.Fatal(err)
	}
	if v, err := e.Eval(context.Background(), nil, nil); err != nil {
		t.Errorf("%v %v", v, err)
	}
	var je *jsonata.Error
	_, err = e.Eval(context.Background(), decode(t, []byte(`{"at":"14:03"}`)), nil)
	if !errors.As(err, &je) || je.Code != "T1006" || je.Token != "toMillis" {
		t.Errorf("%v", err)
	}
}

// FuzzPicture: whatever the picture and the text, the functions that take one
// return a value or an *Error, soon.
func FuzzPicture(f *testing.F) {
	for _, topic := range []string{"number-pictures", "integer-pictures", "date-pictures", "parse-dates"} {
		for i, k := range readTopic(f, "testdata/corpus/"+topic+".json").Cases {
			if _, picture, found := strings.Cut(k.Expr, ", "); found && i%9 == 0 {
				f.Add(strings.Trim(picture, `")`), "2018-03-27", 1521801216617.5)
			}
		}
	}
	e, err := jsonata.Compile(`{
		"number": function(){$formatNumber(x, p)}, "dot": function(){$formatNumber(x, p, {"decimal-separator": s, "zero-digit": s})},
		"write": function(){$formatInteger(x, p)}, "read": function(){$parseInteger(s, p)},
		"date": function(){$fromMillis(x, p)}, "zone": function(){$fromMillis(x, p, s)},
		"parse": function(){$toMillis(s, p)}, "back": function(){$toMillis($fromMillis(x, p), p)}
	}.$lookup($f)()`, jsonata.WithEnv(testEnv()), jsonata.WithLimits(tight))
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, picture, text string, x float64) {
		if len(picture)+len(text) > 1000 || x-x != 0 {
			return
		}
		in, err := json.Marshal(map[string]any{"p": picture, "s": text, "x": x})
		if err != nil {
			t.Fatal(err)
		}
		input := decode(t, in)
		for _, name := range []string{"number", "dot", "write", "read", "date", "zone", "parse", "back"} {
			v, err := e.Eval(context.Background(), input, jsonata.Vars{"f": name})
			if err != nil {
				checkError(t, e.Source(), err)
			} else if _, ok := v.(string); !ok && !jsonata.IsUndefined(v) {
				if f, ok := v.(float64); !ok || f-f != 0 {
					t.Errorf("%s(%q, %q, %v) is %v", name, picture, text, x, v)
				}
			}
		}
	})
}
