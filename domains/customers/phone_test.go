package customers_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/herald-bus/herald/domains/customers"
	"github.com/herald-bus/herald/events"
)

// requireRefusal fails unless err is a refusal with the given code, and returns it.
func requireRefusal(t *testing.T, err error, code string) *events.Refusal {
	t.Helper()
	var refusal *events.Refusal
	require.ErrorAs(t, err, &refusal)
	require.Equal(t, code, refusal.Code)
	require.NotEmpty(t, refusal.Text)
	return refusal
}

// spelling is a number as somebody writes it, and what becomes of it.
type spelling struct{ region, input, value, lineType, refusal string }

func requireSpellings(t *testing.T, spellings []spelling) {
	t.Helper()
	for _, c := range spellings {
		n, err := customers.NormalizePhone(c.input, c.region)
		if c.refusal != "" {
			requireRefusal(t, err, c.refusal)
		} else {
			require.NoError(t, err, c.input)
		}
		require.Equal(t, c.value, n.Value, c.input)
		if c.lineType != "" {
			require.Equal(t, c.lineType, n.LineType, c.input)
		}
		require.False(t, n.Withheld, c.input)
	}
}

func TestCUS1_ANumberIsReadInTheBranchsCountryOnly(t *testing.T) {
	t.Parallel()
	requireSpellings(t, []spelling{
		{"DE", "030 23125123", "+493023125123", "fixed", ""},
		{"", "(030) 23125/123", "+493023125123", "fixed", ""},
		{"DE-BE", "0-30-231-251-23", "+493023125123", "fixed", ""},
		{"DE", "+49 30 23125-123", "+493023125123", "fixed", ""},
		{"DE", "0049 30 23125123", "+493023125123", "fixed", ""},
		{"DE", "+49 (0)30 23125123", "+493023125123", "fixed", ""},
		{"DE", "0176 04069012", "+4917604069012", "mobile", ""},
		{"DE", "0171 3920012", "+491713920012", "mobile", ""},
		{"DE", "089/99998-123", "+498999998123", "fixed", ""},
		{"DE", "0664 1234567", "+496641234567", "fixed", ""},
		{"AT", "0664 1234567", "+436641234567", "mobile", ""},
		{"DE", "+43 664 1234567", "+436641234567", "mobile", ""},
		{"DE", "0043 (0)664 1234567", "+436641234567", "mobile", ""},
		{"CH", "079 123 45 67", "+41791234567", "mobile", ""},
		{"DE", "0041 44 668 18 00", "+41446681800", "fixed", ""},
		{"DE", "+41 (0)79 123 45 67", "+41791234567", "mobile", ""},
		{"DE", "+39 06 69812345", "+390669812345", "fixed", ""},
		{"DE", "+1 415 555 2671", "+14155552671", "fixed_or_mobile", ""},
	})
}

func TestCUS2_WhatIsNoNumberIsNotKept(t *testing.T) {
	t.Parallel()
	requireSpellings(t, []spelling{
		{"DE", "112", "", "", "phone_invalid"},
		{"DE", "116117", "", "", "phone_invalid"},
		{"DE", "22833", "", "", "phone_invalid"},
		{"DE", "+49 151 1234", "", "", "phone_invalid"},
		{"DE", "anonymous_1700000000", "", "", "phone_invalid"},
		{"DE", "+", "", "", "phone_invalid"},
		{"DE", "0", "", "", "phone_invalid"},
	})
}

func TestCUS3_AnURIIsUnwrappedAndLettersAreRefused(t *testing.T) {
	t.Parallel()
	requireSpellings(t, []spelling{
		{"DE", "sip:017604069012@trunk.example.com", "+4917604069012", "mobile", ""},
		{"DE", "sips:+493023125123;phone-context=x@trunk.example", "+493023125123", "fixed", ""},
		{"DE", "tel:+49-30-23125123;isub=4", "+493023125123", "fixed", ""},
		{"DE", "\u202a+49 30\u200b 23125123\u202c", "+493023125123", "fixed", ""},
		{"DE", "＋49 ３０ 23125123", "+493023125123", "fixed", ""},
		{"DE", "0800 FLOWERS", "", "", "phone_invalid"},
	})
}

func TestCUS4_BareDigitsWithTheCountrysCodeLackOnlyThePlus(t *testing.T) {
	t.Parallel()
	requireSpellings(t, []spelling{
		{"DE", "4917604069012", "+4917604069012", "mobile", ""},
		{"DE", "49 30 23125123", "+493023125123", "fixed", ""},
		{"US", "14155552671", "+14155552671", "", ""},
	})
}

func TestCUS5_WithoutAnAreaCodeOnlyAMobileNumberIsComplete(t *testing.T) {
	t.Parallel()
	requireSpellings(t, []spelling{
		{"DE", "15228817386", "+4915228817386", "mobile", ""},
		{"DE", "23125123", "", "", "phone_incomplete"},
		{"DE", "30 23125123", "", "", "phone_incomplete"},
	})
}

func TestCUS1_ANumberHasFifteenDigitsAtMost(t *testing.T) {
	t.Parallel()
	requireSpellings(t, []spelling{{"DE", "+49 20 10000000 0009", "", "", "phone_invalid"}})
}

func TestCUS6_AnExtensionIsKeptApart(t *testing.T) {
	t.Parallel()
	for _, input := range []string{"030 23125123 x12", "030 23125123 ext. 12", "tel:+493023125123;ext=12", "030 23125123 Durchwahl 12"} {
		n, err := customers.NormalizePhone(input, "DE")
		require.NoError(t, err, input)
		require.Equal(t, "+493023125123", n.Value, input)
		require.Equal(t, "12", n.Extension, input)
	}
}

func TestCUS7_AWithheldNumberIsNoError(t *testing.T) {
	t.Parallel()
	for _, input := range []string{
		"", "  ", "anonymous", "Anonym", "UNKNOWN", "unbekannt", "blocked", "private", "withheld", "Restricted", "unavailable", "null", "00000000",
		"sip:anonymous@anonymous.invalid", "+266696687", "266696687", "+7378742833", "+2562533", "+8656696", "86282452253",
	} {
		n, err := customers.NormalizePhone(input, "DE")
		require.NoError(t, err, input)
		require.Equal(t, customers.Number{Withheld: true}, n, input)
	}
}

func TestCUS9_ALineThatReachesNoPersonIsRefused(t *testing.T) {
	t.Parallel()
	requireSpellings(t, []spelling{
		{"DE", "0800 1234567", "+498001234567", "toll_free", "phone_not_personal"},
		{"DE", "0180 6 123456", "+491806123456", "shared_cost", "phone_not_personal"},
		{"DE", "0900 1 123456", "+499001123456", "premium", "phone_not_personal"},
	})
}

func TestCUS10_NumbersOfTwoCountriesAreTwoNumbers(t *testing.T) {
	t.Parallel()
	german, err := customers.NormalizePhone("0664 1234567", "DE")
	require.NoError(t, err)
	austrian, err := customers.NormalizePhone("0664 1234567", "AT")
	require.NoError(t, err)
	require.NotEqual(t, german.Value, austrian.Value)
	require.True(t, strings.HasSuffix(austrian.Value, german.Value[len(german.Value)-8:]), "although they end alike")
}
