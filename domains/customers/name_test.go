package customers_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/herald-bus/herald/domains/customers"
	"github.com/herald-bus/herald/events/customer"
)

func TestCUS11_WhatANameConsistsOf(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"Li", "Müller-Lüdenscheidt", "O'Connor", "Müller, Anna", "Dr. Weiß", "李小龙", strings.Repeat("a", 100)} {
		_, err := customers.ValidateName(name, nil, false)
		require.NoError(t, err, name)
	}
	for name, code := range map[string]string{
		"": "name_required", " ": "name_required", "A": "name_required", "--": "name_required", "Frau": "name_required",
		strings.Repeat("a", 101): "name_too_long",
		"Anna2":                  "name_invalid_character", "Anna@home": "name_invalid_character", "a, b, c": "name_invalid_character",
	} {
		_, err := customers.ValidateName(name, nil, false)
		requireRefusal(t, err, code)
	}
}

func TestCUS12_APlaceholderIsNoName(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"anonym", "Anonymous", "UNBEKANNT", "unknown", "Gast", "guest", "Kunde", "customer", "n/a", "NA", "-", "Test"} {
		_, err := customers.ValidateName(name, nil, false)
		requireRefusal(t, err, "name_required")
	}
}

func TestCUS13_AStaffMembersNameIsAWish(t *testing.T) {
	t.Parallel()
	staff := []customer.StaffName{{ID: "s1", Name: "Aylin Sommer"}}

	_, err := customers.ValidateName("bei Aylin", staff, false)
	require.Equal(t, "s1", requireRefusal(t, err, "name_is_staff_preference").Facts["staff_id"])
	_, err = customers.ValidateName("zur Aylin Sommer", staff, true)
	requireRefusal(t, err, "name_is_staff_preference")

	_, err = customers.ValidateName("Aylin Sommer", staff, false)
	requireRefusal(t, err, "name_is_staff")
	_, err = customers.ValidateName("Aylin Sommer", staff, true)
	require.NoError(t, err)

	name, err := customers.ValidateName("zu Guttenberg", staff, false)
	require.NoError(t, err)
	require.Equal(t, "zu Guttenberg", name.Last)
}

func TestCUS14_HowANameIsSplit(t *testing.T) {
	t.Parallel()
	for input, want := range map[string]customers.Name{
		"  anna   MÜLLER ":             {First: "Anna", Last: "Müller"},
		"Müller, Anna":                 {First: "Anna", Last: "Müller"},
		"liam o'connor":                {First: "Liam", Last: "O'Connor"},
		"Ian McDonald":                 {First: "Ian", Last: "McDonald"},
		"Max":                          {First: "Max"},
		"herr dr. peter von der heide": {Salutation: "herr", Title: "Dr.", First: "Peter", Last: "von der Heide"},
		"PETER VON DER HEIDE":          {First: "Peter", Last: "von der Heide"},
		"müller-lüdenscheidt":          {First: "Müller-Lüdenscheidt"},
		"Frau Schmidt":                 {Salutation: "frau", Last: "Schmidt"},
		"Frau von Stein":               {Salutation: "frau", Last: "von Stein"},
		"Prof. Dr. Ada Weiß":           {Title: "Prof. Dr.", First: "Ada", Last: "Weiß"},
		"Anna Maria Müller":            {First: "Anna Maria", Last: "Müller"},
		"von der Heide, Herr Peter":    {Salutation: "herr", First: "Peter", Last: "von der Heide"},
		"李小龙":                          {First: "李小龙"},
	} {
		require.Equal(t, want, customers.SplitName(input), input)
	}
	require.Empty(t, customers.Phonetic("李小龙"))
	require.Equal(t, "Frau Schmidt", customers.SplitName("frau schmidt").Display())
	require.Equal(t, "Dr. Peter von der Heide", customers.SplitName("herr dr. peter von der heide").Display())
}

func TestCUS17_EqualNamesAreEqualHoweverTheyAreSpelt(t *testing.T) {
	t.Parallel()
	for a, b := range map[string]string{
		"Müller": "MUELLER", "Mu\u0308ller": "mueller", "Groß": "gross", "Søren": "Soren", "Łukasz": "Lukasz", "Đorđe": "dorde",
		"Æsop": "Aesop", "Œuvre": "oeuvre", "Yıldız": "Yildiz", "Şahin": "sahin", "O'Connor": "oconnor", "Müller-Lüdenscheidt": "muellerluedenscheidt",
	} {
		require.Equal(t, customers.Fold(b), customers.Fold(a))
	}
}

func TestCUS18_TheCologneCode(t *testing.T) {
	t.Parallel()
	for code, names := range map[string]string{
		"65752682": "Müller-Lüdenscheidt", "17863": "Breschnew", "3412": "Wikipedia", "657": "Müller Mueller Miller", "67": "Meyer Maier Mayr Meier",
		"862": "Schmidt Schmitt Schmied", "868": "Schmitz", "387": "Fischer Vischer Fisher", "0366": "Hoffmann Hofmann", "858": "Schulz Schultz Scholz",
		"351": "Philipp Filip", "47826": "Christian Kristian", "458": "Klaus Claus", "487": "Cäsar", "8478": "Zacharias", "068": "Heinz", "348": "Fuchs Fux",
		"064": "Jung Young", "37273": "Wirthdorf", "66": "Mama", "44": "Quak", "04766": "Ückermann", "02": "Otto", "5": "Li Le", "127": "Peter Petra",
		"8127": "Sputer", "812": "Sputa", "": "123",
	} {
		for name := range strings.FieldsSeq(names) {
			require.Equal(t, code, customers.Phonetic(name), name)
		}
	}
	require.Empty(t, customers.Phonetic(""))
	require.Equal(t, customers.Phonetic(strings.Repeat("ba", 50)), customers.Phonetic(strings.Repeat("ba", 60)), "what is too long is cut")
}

func TestCUS19_HowAlikeTwoWordsAre(t *testing.T) {
	t.Parallel()
	for pair, want := range map[string]string{
		"Müller Mueller": "1.00", "Müller Miller": "0.85", "Schmidt Schmitt": "0.86", "Hoffmann Hofmann": "0.88", "Şahin Schahin": "0.85",
		"Sputer Sputa": "0.67", "Weber Wever": "0.80", "Weber Wagner": "0.50", "Hahn Hein": "0.50", "Li Le": "0.50", "Klein Groß": "0.00",
	} {
		a, b, _ := strings.Cut(pair, " ")
		require.Equal(t, want, fmt.Sprintf("%.2f", customers.SimilarWords(a, b)), pair)
		require.InDelta(t, customers.SimilarWords(a, b), customers.SimilarWords(b, a), 0, pair)
	}
	require.Zero(t, customers.SimilarWords("", "Anna"))
	require.Zero(t, customers.SimilarWords("", ""))
}

func TestCUS20_HowAlikeTwoFullNamesAre(t *testing.T) {
	t.Parallel()
	for pair, want := range map[string]string{
		"Anna Müller/Hans Müller": "0.25", "Peter Schmidt/Paul Schmidt": "0.20", "Anna Meyer/Anne Maier": "0.85", "Müller Anna/Anna Müller": "1.00",
		"Müller/Anna Müller": "0.85", "Anna/Anna Müller": "0.75", "Peter Schulz/Petra Schulz": "0.85", "Lena Müller/Anna Müller": "0.50",
	} {
		a, b, _ := strings.Cut(pair, "/")
		require.Equal(t, want, fmt.Sprintf("%.2f", customers.Similar(customers.SplitName(a), customers.SplitName(b))), pair)
	}
}

func TestCUS21_StrongWeakAndDifferent(t *testing.T) {
	t.Parallel()
	similar := func(a, b string) float64 { return customers.Similar(customers.SplitName(a), customers.SplitName(b)) }
	require.GreaterOrEqual(t, similar("Anna Meyer", "Anne Maier"), customers.Strong)
	require.GreaterOrEqual(t, similar("Anna", "Anna Müller"), customers.Weak)
	require.Less(t, similar("Anna", "Anna Müller"), customers.Strong)
	require.Less(t, similar("Anna Müller", "Hans Müller"), customers.Weak)
}

func TestCUS22_WhatAnAddressIs(t *testing.T) {
	t.Parallel()
	rules := customers.MailRules{}
	for input, want := range map[string]string{
		"": "", "  ": "", " Anna@Kunde.EXAMPLE ": "Anna@kunde.example", "a.b+tag@kunde.example": "a.b+tag@kunde.example",
		"anna@müller.example": "anna@xn--mller-kva.example",
	} {
		got, err := customers.NormalizeEmail(input, rules)
		require.NoError(t, err, input)
		require.Equal(t, want, got)
	}
	for _, input := range []string{
		"anna", "anna@", "@kunde.example", "a@b@kunde.example", "anna@localhost", "anna@[127.0.0.1]", "anna@127.0.0.1", `"anna x"@kunde.example`, "an na@kunde.example",
		".anna@kunde.example", "anna.@kunde.example", "an..na@kunde.example", strings.Repeat("a", 65) + "@kunde.example", "a@" + strings.Repeat("b.", 130) + "example",
		"anna@kunde..example", "anna@kunde.example.",
	} {
		_, err := customers.NormalizeEmail(input, rules)
		requireRefusal(t, err, "email_invalid")
	}
}

func TestCUS23_ASpokenAddressIsRepaired(t *testing.T) {
	t.Parallel()
	for said, want := range map[string]string{
		"anna punkt müller ät kunde punkt example":                 "anna.müller@kunde.example",
		"anna minus m unterstrich 1 klammeraffe kunde dot example": "anna-m_1@kunde.example",
		"a bindestrich b at kunde punkt example":                   "a-b@kunde.example",
		"a n n a at kunde punkt example":                           "anna@kunde.example",
		"anna@kunde.example":                                       "anna@kunde.example",
	} {
		require.Equal(t, want, customers.RepairSpoken(said))
	}
}

func TestCUS24_SomeAddressesAreNobodys(t *testing.T) {
	t.Parallel()
	rules := customers.MailRules{Placeholders: []string{"termine.flaumfeder.example"}}
	got, err := customers.NormalizeEmail("booking_1@Termine.Flaumfeder.example", rules)
	require.NoError(t, err)
	require.Empty(t, got, "it is a placeholder")
	got, err = customers.NormalizeEmail("x@noreply.termine.flaumfeder.example", rules)
	require.NoError(t, err)
	require.Empty(t, got)

	for _, address := range []string{"anna@kunde.example", "anna@x.test", "anna@x.invalid", "anna@x.localhost", "anna@example.com"} {
		_, err := customers.NormalizeEmail(address, rules)
		require.NoError(t, err, "outside of production it serves tests")
		_, err = customers.NormalizeEmail(address, customers.MailRules{Production: true})
		requireRefusal(t, err, "email_invalid")
	}
}
