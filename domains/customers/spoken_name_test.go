package customers_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/herald-bus/herald/domains/customers"
)

func TestCUS15_WhichNameCounts(t *testing.T) {
	t.Parallel()
	said := []customers.Line{{Caller: true, Text: "Mein Name ist Emil Testmann."}}
	for _, c := range []struct {
		heard                   customers.Heard
		want                    string
		withNumber, withoutThat int
	}{
		{customers.Heard{Function: "Ida Probst", CallerFullName: "Karl Muster", Transcript: said}, "Ida Probst", 99, 50},
		{customers.Heard{CallerFullName: "Karl Muster", PatientFullName: "Nora Beispiel", Transcript: said}, "Karl Muster", 99, 50},
		{customers.Heard{CallerFullName: "unbekannt", PatientFullName: "Nora Beispiel", Transcript: said}, "Nora Beispiel", 99, 50},
		{customers.Heard{PatientFullName: "n/a", Transcript: said}, "Emil Testmann", 95, 0},
		{customers.Heard{}, "", 0, 0},
	} {
		for hasNumber, want := range map[bool]int{true: c.withNumber, false: c.withoutThat} {
			c.heard.HasNumber = hasNumber
			name, confidence := customers.SpokenName(c.heard)
			require.Equal(t, c.want, name.Display())
			require.Equal(t, want, confidence, c.want)
		}
	}
}

func TestCUS16_ANameInATranscript(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		question, text, want string
		confidence           int
	}{
		{"Wie ist Ihr Name?", "Anna Müller.", "Anna Müller", 99},
		{"Auf welchen Namen darf ich buchen? Wie heißen Sie?", "Ja, mein Name ist Peter von der Heide", "Peter von der Heide", 99},
		{"", "Guten Tag, mein Name ist Anna Müller und ich brauche Hilfe.", "Anna Müller", 95},
		{"", "Ich bin die Petra Schulz.", "Petra Schulz", 95},
		{"", "Ich heiße Max.", "Max", 95},
		{"", "Anna Müller ist mein Name", "Anna Müller", 95},
		{"", "Ja, Anna Müller, ich hätte gern einen Termin.", "Anna Müller", 80},
		{"", "Hier spricht Anna Müller.", "Anna Müller", 60},
		{"", "Schulz am Apparat", "Schulz", 60},
		{"", "ich bin krank", "", 0},
		{"", "Ich bin Neu hier", "", 0},
		{"", "Ich bin Kundin bei Ihnen", "", 0},
		{"", "mein Name ist anna müller", "", 0},
		{"", "Ich bin Li", "", 0},
		{"Wie ist Ihr Name?", "Ich brauche einen Termin", "", 0},
	} {
		name, confidence := customers.SpokenName(customers.Heard{
			HasNumber: true, AgentName: "Clara", Transcript: []customers.Line{{Text: c.question}, {Caller: true, Text: c.text}},
		})
		require.Equal(t, c.want, name.Display(), c.text)
		require.Equal(t, c.confidence, confidence, c.text)
	}
	name, _ := customers.SpokenName(customers.Heard{HasNumber: true, AgentName: "Anna", Transcript: []customers.Line{{Caller: true, Text: "Hallo, hier ist Anna"}}})
	require.Empty(t, name.Display(), "the assistant's own name")
	name, _ = customers.SpokenName(customers.Heard{HasNumber: true, Transcript: []customers.Line{{Text: "Mein Name ist Clara."}}})
	require.Empty(t, name.Display(), "only the caller's lines count")
}
