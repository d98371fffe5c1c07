package audit_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/herald-bus/herald/domains/audit"
)

func TestCanonical(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, in, want string }{
		{"no spaces, members in order", `{ "b": [1, true, null], "a": {} }`, `{"a":{},"b":[1,true,null]}`},
		// The examples of RFC 8785, 3.2.2 and 3.2.3.
		{"numbers", `[333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001]`, `[333333333.3333333,1e+30,4.5,0.002,1e-27]`},
		{"text", `"\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/"`, `"€$\u000f\nA'B\"\\\\\"/"`},
		{
			"names by UTF-16", `{"\u20ac":1,"\r":2,"\ufb33":3,"1":4,"\ud83d\ude00":5,"\u0080":6,"\u00f6":7}`,
			`{"\r":2,"1":4,"` + "\u0080" + `":6,"ö":7,"€":1,"😀":5,"` + "\ufb33" + `":3}`,
		},
		{"zero", `[-0, 0.0, 0e5]`, `[0,0,0]`},
		{"large and small", `[1e20, 1e21, 1e-6, 1e-7, -123456789012345680000]`, `[100000000000000000000,1e+21,0.000001,1e-7,-123456789012345680000]`},
		{"no escapes for HTML", `"<&>"`, `"<&>"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()

			got, err := audit.Canonical(json.RawMessage(c.in))

			require.NoError(t, err)
			require.Equal(t, c.want, string(got))
		})
	}
}

func TestCanonicalRefusesWhatHasNoForm(t *testing.T) {
	t.Parallel()
	for _, in := range []string{``, `{`, `1 2`, `1e400`, `[1e400]`, `{"a":1e400}`} {
		_, err := audit.Canonical(json.RawMessage(in))
		require.Error(t, err, in)
	}
}

func TestCanonicalOfCanonicalIsTheSame(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		value := map[string]any{
			rapid.String().Draw(t, "name"):  rapid.Float64Range(-1e300, 1e300).Draw(t, "number"),
			rapid.String().Draw(t, "other"): []any{rapid.String().Draw(t, "text"), rapid.Int32().Draw(t, "whole"), nil},
		}
		raw, err := json.Marshal(value)
		require.NoError(t, err)

		once, err := audit.Canonical(raw)
		require.NoError(t, err)
		twice, err := audit.Canonical(once)

		require.NoError(t, err)
		require.Equal(t, string(once), string(twice))
		require.JSONEq(t, string(raw), string(once))
	})
}
